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
import { ALBERT_DEFAULTS, type ModelConfig, presetConfig } from "../src/model/mod.ts";

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

/** Small enough for any machine, with the published vocabulary: E 128, H 256, 4 heads, 4 layers, FFN 1024, 30,000 pieces. */
const REFERENCE: ModelConfig = {
  ...ALBERT_DEFAULTS,
  ...{ hiddenSize: 256, numHiddenLayers: 4, numAttentionHeads: 4, intermediateSize: 1024 },
};

/**
 * The configuration of `reference` or of a preset.
 *
 * @throws {ConfigError} for another name.
 */
export function benchConfig(name: string): ModelConfig {
  return name === "reference" ? REFERENCE : presetConfig(name);
}
