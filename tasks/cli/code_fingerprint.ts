/**
 * What names the code that is running, so that ranks on different machines can compare theirs.
 *
 * @module
 */
import settingsFile from "../../deno.json" with { type: "json" };
import { Sha256 } from "../../src/files/mod.ts";

/** Files and folders of a checkout that decide what is computed. */
const CODE = ["deno.json", "kernels", "src", "tasks/paper", "tasks/cli", "tasks/cli.ts"];

/** The version and, in a checkout, the SHA-256 of all code. */
export async function codeFingerprint(): Promise<string> {
  const root = new URL("../../", import.meta.url);
  if (root.protocol !== "file:") return settingsFile.version;
  const paths: string[] = [];
  for (const name of CODE) await collect(new URL(name, root), paths);
  const sum = new Sha256();
  for (const path of paths.sort()) {
    sum.update(`${path.slice(root.href.length)}\n`).update(await Deno.readFile(new URL(path)));
  }
  return `${settingsFile.version} ${sum.hex()}`;
}

async function collect(place: URL, paths: string[]): Promise<void> {
  if ((await Deno.stat(place)).isFile) return void paths.push(place.href);
  for await (const { name } of Deno.readDir(place)) {
    await collect(new URL(`${place.href}/${encodeURIComponent(name)}`), paths);
  }
}
