/**
 * Data made up from a seed in the official layouts, so that the machinery can be checked where there is none.
 *
 * @module
 */
import { atomicWriteFile } from "../../../../src/files/mod.ts";
import { glueFiles } from "./glue.ts";
import { Language } from "./language.ts";
import { raceFiles } from "./race.ts";
import { squadFiles } from "./squad.ts";
import { textFiles } from "./text.ts";

/** Written last: who finds it finds all. */
const DONE = "MADE-UP";

/** Writes text and benchmarks into a folder, unless they are there. */
export async function synthesize(root: string, seed: number): Promise<void> {
  const sign = `Everything here is made up from seed ${seed}. It means nothing.\n`;
  if (await Deno.readTextFile(`${root}/${DONE}`).catch(() => "") === sign) return;
  const language = new Language(seed);
  const folders: [string, Map<string, string>][] = [
    ["text", textFiles(language)],
    ["glue", glueFiles(language)],
    ["squad", squadFiles(language)],
    ["race", raceFiles(language)],
  ];
  for (const [folder, files] of folders) {
    for (const [name, text] of files) {
      const path = `${root}/${folder}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
  }
  await atomicWriteFile(`${root}/${DONE}`, sign);
}
