/**
 * Serves the playground, or writes it as a static site.
 *
 *     deno task playground [--port PORT] [--model FOLDER]
 *     deno task playground --build DIR
 *
 * FOLDER is an ALBERT in the format of Hugging Face, such as a checkpoint of `albert pretrain`. By default, the page offers the pretrained model of the package.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { SERVED_MODEL } from "./served_model.ts";
import { buildSite, type Site, siteHandler } from "./site.ts";
import { modelSite } from "./site_model.ts";

const USAGE = `Usage: deno task playground [OPTIONS]

Serves the playground, which trains a small ALBERT in a browser tab.

  --port PORT      Port of the server (default: 8000)
  --model FOLDER   Model to offer in the page: an ALBERT in the format of Hugging Face
                   (default: the pretrained model of the package)
  --build DIR      Write the site as plain files into DIR instead of serving it
  --help           Show this text`;

/** Runs the command and returns its exit code. */
async function main(args: string[]): Promise<number> {
  const { values: { port, model, build, help } } = parseArgs({
    args,
    options: {
      port: { type: "string", default: "8000" },
      model: { type: "string" },
      build: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (help) {
    console.log(USAGE);
    return 0;
  }
  if (!/^\d+$/.test(port) || Number(port) > 65_535) {
    console.error(`--port must be an integer from 0 to 65535 (got ${JSON.stringify(port)})`);
    return 2;
  }
  const site: Site = new Map([...await buildSite(), ...await modelSite(model)]);
  if (build !== undefined) {
    for (const [name, content] of site) {
      const path = `${build}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeFile(path, content);
    }
    const bytes = [...site.values()].reduce((sum, { length }) => sum + length, 0);
    console.log(`Wrote ${site.size} files (${Math.ceil(bytes / 1000)} kB) to ${build}`);
    if (!site.has(SERVED_MODEL)) {
      console.log("The site contains no pretrained model. Add one with --model FOLDER.");
    }
    return 0;
  }
  const onListen = ({ port }: Deno.NetAddr) => console.log(`Open http://localhost:${port}`);
  await Deno.serve(
    { hostname: "localhost", port: Number(port), onListen },
    siteHandler(site),
  ).finished;
  return 0;
}

if (import.meta.main) {
  const code = await main(Deno.args).catch((error) => {
    console.error(error instanceof Error ? error.message : String(error));
    return error instanceof TypeError ? 2 : 1;
  });
  if (code !== 0) Deno.exit(code);
}
