import { absoluteImports, type Config, type DenoConfig } from "../launch/config.ts";
import { ROOT, shortHash, usableCacheFolder, writeWhole } from "../launch/files.ts";

/**
 * A configuration that types modules as a browser would run them: no `Deno`, the DOM's libraries,
 * and the WebGPU types browsers' makers keep.
 *
 * @param libraries More of TypeScript's libraries to know.
 */
export async function browserConfig(config: Config, libraries: string[] = []): Promise<string> {
  const settings: DenoConfig = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const text = JSON.stringify({
    imports: absoluteImports(settings, ROOT),
    compilerOptions: {
      lib: ["esnext", "dom", "dom.iterable", "dom.asynciterable", ...libraries],
      types: [settings.imports["@webgpu/types"]],
    },
    links: config.jsr ? undefined : JSON.parse(await Deno.readTextFile(config.path)).links,
    lock: false,
  });
  const path = `${await usableCacheFolder()}/browser-${await shortHash(text)}.json`;
  await writeWhole(path, text);
  return path;
}
