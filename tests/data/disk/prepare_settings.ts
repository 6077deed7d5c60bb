/** Settings and folders for the tests of `prepare()`. */
import type { PrepareOptions } from "../../../src/data/disk/mod.ts";
import { FakeTokenizer, generatedDocuments } from "../generated_text.ts";

/** A tokenizer for {@linkcode lines}. */
export const tokenizer = new FakeTokenizer();
/** Generated documents, separated by blank lines. */
export const lines = (seed: number, documents: number) =>
  generatedDocuments(seed, documents).join("\n\n");

/** Runs the body in a temporary folder. */
export async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Names in a folder, sorted. */
export const names = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** Every file of a folder by name. */
export const contents = (folder: string) =>
  Object.fromEntries(names(folder).map((name) => [name, Deno.readFileSync(`${folder}/${name}`)]));

/** Settings to prepare the text files of a folder as its folder `out`. */
export const settings = (
  folder: string,
  changes: Partial<PrepareOptions> = {},
): PrepareOptions => ({
  inputs: [`${folder}/*.txt`],
  tokenizer,
  output: `${folder}/out`,
  format: "sentences",
  ...changes,
});
