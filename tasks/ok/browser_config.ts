import type { Config, DenoConfig } from "../launch/config.ts";
import { fileUrl, ROOT, shortHash, usableCacheFolder, writeWhole } from "../launch/files.ts";

/**
 * A configuration that types modules as a browser would run them: no `Deno`, the DOM's libraries,
 * and the WebGPU types browsers' makers keep.
 */
export async function browserConfig(config: Config): Promise<string> {
  const { imports }: DenoConfig = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const text = JSON.stringify({
    imports: Object.fromEntries(
      Object.entries(imports).map(([name, target]) => [
        name,
        target.startsWith("./") ? fileUrl(ROOT) + target.slice(1) : target,
      ]),
    ),
    compilerOptions: {
      lib: ["esnext", "dom", "dom.iterable", "dom.asynciterable"],
      types: [imports["@webgpu/types"]],
    },
    links: config.jsr ? undefined : JSON.parse(await Deno.readTextFile(config.path)).links,
    lock: false,
  });
  const path = `${await usableCacheFolder()}/browser-${await shortHash(text)}.json`;
  await writeWhole(path, text);
  return path;
}
