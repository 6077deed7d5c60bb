/**
 * The text of a lesson: generated stories, or the user's own files.
 *
 * @module
 */
import {
  expandInputs,
  type OpenedData,
  openInput,
  openShards,
  prepare,
} from "../../../src/data/disk/mod.ts";
import { readDocuments } from "../../../src/data/readers/mod.ts";
import { atomicWriteFile, ifExists, sha256Hex } from "../../../src/files/mod.ts";
import { loadTokenizer } from "../../../src/text/disk/mod.ts";
import { stories, storyVocabulary, trainedVocabulary } from "../data/stories.ts";
import { jsonLines, writeVocabulary } from "../data/text.ts";

/** Prepared text of a lesson. */
export interface LessonText {
  readonly train: OpenedData;
  readonly dev: OpenedData;
}

/** Number of stories for training and evaluation, and their seeds. They have no story in common except by chance. */
const TRAIN = { count: 6000, seed: 1 }, DEV = { count: 600, seed: 2 };
/** Every n-th document of the user's text is held out. */
const HELD_OUT = 10;
/** Pieces of a vocabulary of the user's text; fewer if it does not support them. */
const USER_PIECES = 2000;

/** Prepares the text unless an earlier run did. */
export async function prepareLessonText(
  folder: string,
  inputs: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const request = JSON.stringify(inputs.length === 0 ? { TRAIN, DEV } : { inputs });
  const done = `${folder}/text.json`;
  const earlier = await ifExists(Deno.readTextFile(done));
  if (earlier === request) return;
  if (earlier !== null) {
    throw new Error(`${folder} contains other text; use the same --input or another --output`);
  }
  await Deno.mkdir(folder, { recursive: true });
  log(inputs.length === 0 ? "Writing stories" : "Reading the text");
  const [train, dev] = inputs.length === 0
    ? [stories(TRAIN.count, TRAIN.seed), stories(DEV.count, DEV.seed)]
    : split(await documentsOf(inputs));
  const vocabulary = inputs.length === 0
    ? storyVocabulary(train)
    : trainedVocabulary(train, USER_PIECES);
  await writeVocabulary(`${folder}/vocabulary`, vocabulary);
  const tokenizer = await loadTokenizer(`${folder}/vocabulary`);
  for (const [name, documents] of [["train", train], ["dev", dev]] as const) {
    const path = `${folder}/${name}.jsonl`;
    await atomicWriteFile(path, jsonLines(documents));
    await Deno.remove(`${folder}/${name}`, { recursive: true }).catch(() => {});
    await prepare({ inputs: [path], tokenizer, output: `${folder}/${name}` });
  }
  // Written last: if it exists, so does everything else.
  await atomicWriteFile(done, request);
}

/** Opens prepared text. */
export async function openLessonText(folder: string): Promise<LessonText> {
  return { train: await openShards(`${folder}/train`), dev: await openShards(`${folder}/dev`) };
}

/** Identifies text: SHA-256 of both fingerprints. */
export function textFingerprint({ train, dev }: LessonText): string {
  return sha256Hex(`${train.index.fingerprint} ${dev.index.fingerprint}`);
}

async function documentsOf(inputs: readonly string[]): Promise<string[]> {
  const documents: string[] = [];
  for (const path of await expandInputs(inputs)) {
    for await (const { blocks } of readDocuments(openInput(path), path)) {
      documents.push(blocks.join("\n\n"));
    }
  }
  return documents;
}

/** Fewest documents: next-sentence pairs need two held-out ones. */
const FEWEST = 2 * HELD_OUT;

/** @throws {Error} for fewer documents than {@linkcode FEWEST}. */
function split(documents: readonly string[]): [train: string[], dev: string[]] {
  if (documents.length < FEWEST) {
    throw new Error(
      `--input must contain at least ${FEWEST} documents, one of ${HELD_OUT} of which is held out (got ${documents.length})`,
    );
  }
  const isDev = (i: number) => i % HELD_OUT === HELD_OUT - 1;
  return [documents.filter((_, i) => !isDev(i)), documents.filter((_, i) => isDev(i))];
}
