/**
 * Text that means nothing, of any vocabulary size: what a training step costs does not depend on what it reads.
 *
 * @module
 */
import {
  type Corpus,
  corpusFromText,
  ExampleDataset,
  exampleSettings,
  type ExampleSource,
} from "../src/data/mod.ts";
import type { ModelConfig } from "../src/model/mod.ts";

const DOCUMENTS = 20;
const SENTENCES = 60;
const WORDS = 12;
const SPECIAL = 5;

/** Examples of a vocabulary and a length, with at most `maxPredictions` masked tokens each. */
export async function madeUpExamples(
  { vocabSize, pairObjective }: ModelConfig,
  sequence: number,
  maxPredictions: number,
): Promise<ExampleSource> {
  const settings = exampleSettings(sequence, {
    maxPredictionsPerSeq: maxPredictions,
    pairObjective,
    shortSeqProb: 0,
  });
  return new ExampleDataset(await madeUpCorpus(vocabSize), settings, 1);
}

/** Documents of numbered words, a piece each. */
async function madeUpCorpus(vocabularySize: number): Promise<Corpus> {
  let state = 1;
  const word = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return SPECIAL + Math.floor(state / 2 ** 32 * (vocabularySize - SPECIAL));
  };
  const sentence = () => Array.from({ length: WORDS }, word).join(" ");
  const texts = Array.from(
    { length: DOCUMENTS },
    () => Array.from({ length: SENTENCES }, sentence).join("\n"),
  );
  return await corpusFromText(texts, {
    vocabularySize,
    specialIds: { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 },
    encodeIds: (text) => Uint32Array.from(text.split(" "), Number),
    idToPiece: (id) => `▁${id}`,
  });
}
