/** A copy of the code that differs in one comment. */
import { ROOT } from "../../tasks/launch/files.ts";

const COPIED = ["deno.json", "kernels", "src", "tasks"];
const CHANGED = "src/optim/schedule.ts";

/** Copies what a command needs and changes it; returns the copy's `tasks/cli.ts`. */
export async function otherCode(folder: string): Promise<string> {
  await Deno.mkdir(folder);
  for (const name of COPIED) await copy(`${ROOT}/${name}`, `${folder}/${name}`);
  await Deno.writeTextFile(`${folder}/${CHANGED}`, "// changed\n", { append: true });
  return `${folder}/tasks/cli.ts`;
}

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}
