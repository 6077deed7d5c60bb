import type { Config, DenoConfig } from "../launch/config.ts";
import { fileUrl, ROOT, shortHash, usableCacheFolder, writeWhole } from "../launch/files.ts";

/**
 * A configuration that types modules as a browser would run them: no `Deno`, the DOM's libraries,
 * and the WebGPU types browsers' makers keep.
 *
 * @param libraries More of TypeScript's libraries to know.
 */
export async function browserConfig(config: Config, libraries: string[] = []): Promise<string> {
  const { imports, name }: DenoConfig = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const text = JSON.stringify({
    imports: {
      ...Object.fromEntries(
        Object.entries(imports).map(([name, target]) => [
          name,
          target.startsWith("./") ? fileUrl(ROOT) + target.slice(1) : target,
        ]),
      ),
      [name]: `${fileUrl(ROOT)}/mod.ts`,
    },
    compilerOptions: {
      lib: ["esnext", "dom", "dom.iterable", "dom.asynciterable", ...libraries],
      types: [imports["@webgpu/types"]],
    },
    links: config.jsr ? undefined : JSON.parse(await Deno.readTextFile(config.path)).links,
    lock: false,
  });
  const path = `${await usableCacheFolder()}/browser-${await shortHash(text)}.json`;
  await writeWhole(path, text);
  return path;
}
