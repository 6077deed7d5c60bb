/**
 * The models and synthetic examples that benchmarks train on. The cost of a training step does not depend on the text.
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

/** Examples of `sequence` tokens with at most `maxPredictions` masked ones. */
export async function syntheticExamples(
  { vocabSize, pairObjective }: ModelConfig,
  sequence: number,
  maxPredictions: number,
): Promise<ExampleSource> {
  const settings = exampleSettings(sequence, {
    maxPredictionsPerSeq: maxPredictions,
    pairObjective,
    shortSeqProb: 0,
  });
  return new ExampleDataset(await syntheticCorpus(vocabSize), settings, 1);
}

/** Documents of random words. Each word is one piece. */
async function syntheticCorpus(vocabularySize: number): Promise<Corpus> {
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

/** A small model with the published vocabulary size: E 128, H 256, 4 heads, 4 layers, FFN 1024, 30,000 pieces. */
const REFERENCE: ModelConfig = {
  ...ALBERT_DEFAULTS,
  ...{ hiddenSize: 256, numHiddenLayers: 4, numAttentionHeads: 4, intermediateSize: 1024 },
};

/**
 * Returns the configuration of a preset or of `reference`.
 *
 * @throws {ConfigError} if the name is unknown.
 */
export function benchConfig(name: string): ModelConfig {
  return name === "reference" ? REFERENCE : presetConfig(name);
}
