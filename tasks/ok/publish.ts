/**
 * A dry run of publishing to JSR.
 *
 * @module
 */
import { type Config, readStandIns, type StandIn } from "../launch/config.ts";
import { ROOT } from "../launch/files.ts";
import { denoOutput, type Outcome } from "./deno_command.ts";

/**
 * Runs `deno publish --dry-run` with the project's own configuration. If JSR is unavailable, a server on this machine
 * offers the stand-ins in its place, because `deno publish` rejects linked packages.
 */
export async function publishDryRun(config: Config): Promise<Outcome> {
  const args = ["publish", "--dry-run", "--allow-dirty", "--quiet"];
  if (config.jsr) return await denoOutput([...args, ...config.flags]);
  const responses = await registryOf(await readStandIns());
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) =>
      responses.get(new URL(request.url).pathname)?.clone() ?? new Response(null, { status: 404 }),
  );
  const cache = await temporaryCache();
  try {
    return await denoOutput([...args, "--no-lock"], ROOT, {
      JSR_URL: `http://127.0.0.1:${server.addr.port}/`,
      DENO_DIR: cache,
    });
  } finally {
    await server.shutdown();
    await Deno.remove(cache, { recursive: true });
  }
}

/** A cache without modules of JSR, which shares the npm packages of the user's cache. */
async function temporaryCache(): Promise<string> {
  const cache = await Deno.makeTempDir({ prefix: "albert-publish-" });
  const { npmCache } = JSON.parse((await denoOutput(["info", "--json"])).output);
  await Deno.symlink(npmCache, `${cache}/npm`, { type: "dir" });
  return cache;
}

/** The responses of a registry that contains these packages, by path. */
async function registryOf(standIns: readonly StandIn[]): Promise<Map<string, Response>> {
  const responses = new Map<string, Response>();
  for (const { folder, name } of standIns) {
    const { version, exports } = JSON.parse(await Deno.readTextFile(`${folder}/deno.json`));
    const manifest: Record<string, { size: number; checksum: string }> = {};
    for await (const entry of Deno.readDir(folder)) {
      const bytes = await Deno.readFile(`${folder}/${entry.name}`);
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      manifest[`/${entry.name}`] = { size: bytes.length, checksum: `sha256-${digest.toHex()}` };
      responses.set(
        `/${name}/${version}/${entry.name}`,
        new Response(bytes, { headers: { "content-type": "text/typescript" } }),
      );
    }
    const [scope, short] = name.slice(1).split("/");
    const versions = { [version]: {} };
    responses.set(
      `/${name}/meta.json`,
      Response.json({ scope, name: short, latest: version, versions }),
    );
    responses.set(
      `/${name}/${version}_meta.json`,
      Response.json({
        manifest,
        exports: typeof exports === "string" ? { ".": exports } : exports,
      }),
    );
  }
  return responses;
}
