/**
 * The vocabulary of a run, trained on its own text.
 *
 * @module
 */
import { atomicWriteFile } from "../../../src/files/mod.ts";
import { expandInputs, openInput } from "../../../src/data/disk/mod.ts";
import { readDocuments } from "../../../src/data/readers/mod.ts";
import { Tokenizer, writeSentencePieceModel } from "../../../src/text/mod.ts";
import {
  SentenceSampler,
  vocabularyListing,
  VocabularyTrainer,
} from "../../../src/text/training/mod.ts";

/** How big a vocabulary is to be. */
export interface VocabularySize {
  readonly vocabSize: number;
  /** Train on a sample of so many lines; on all where absent. */
  readonly vocabSentences?: number;
  /** Of the sample. */
  readonly seed: number;
}

/** Trains a SentencePiece vocabulary on the files of some folders and writes it into another. */
export async function trainVocabulary(
  inputs: readonly string[],
  output: string,
  { vocabSize, vocabSentences, seed }: VocabularySize,
): Promise<void> {
  const paths = await expandInputs(inputs);
  const trainer = new VocabularyTrainer({ vocabSize });
  let lines = 0;
  if (vocabSentences !== undefined) await eachBlock(paths, () => lines++);
  const sampler = new SentenceSampler(lines, vocabSentences ?? 0, seed);
  await eachBlock(paths, (block) => {
    if (vocabSentences === undefined || sampler.take()) trainer.add(block);
  });
  const model = trainer.train();
  const bytes = writeSentencePieceModel(model);
  await Deno.mkdir(output, { recursive: true });
  const files = {
    ...Tokenizer.fromModel(bytes).toFiles(),
    "spiece.vocab": vocabularyListing(model.pieces),
    // Last: who finds it finds the others.
    "spiece.model": bytes,
  };
  for (const [name, content] of Object.entries(files)) {
    await atomicWriteFile(`${output}/${name}`, content);
  }
}

async function eachBlock(
  paths: readonly string[],
  take: (block: string) => void,
): Promise<void> {
  for (const path of paths) {
    for await (const { blocks } of readDocuments(openInput(path), path)) blocks.forEach(take);
  }
}
