import { glueTask, glueTaskDefinition } from "../../src/benchmarks/glue/mod.ts";
import {
  initialValues,
  type ModelConfig,
  presetConfig,
  pretrainingSpecs,
} from "../../src/model/mod.ts";
import { Tokenizer } from "../../src/text/mod.ts";
import { type FinetuneSettings, finetuneSettings } from "../../src/train/mod.ts";
import { encodeSafetensors, parseSafetensors, type Safetensors } from "../../src/weights/mod.ts";

const WORDS = "one two three four five six seven good bad".split(" ");
const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

export const tokenizer = Tokenizer.fromVocabulary([...SPECIAL, ...WORDS].join("\n"));

/** A small model with dropout. */
export const toyConfig: ModelConfig = {
  ...presetConfig("smoke"),
  vocabSize: SPECIAL.length + WORDS.length,
  hiddenDropoutProb: 0.1,
  attentionProbsDropoutProb: 0.1,
  classifierDropoutProb: 0.1,
};

/** Sentences of many lengths, labeled by the word good or bad. */
function rows(count: number, from: number) {
  return Array.from({ length: count }, (_, i) => {
    const label = (i + from) % 2;
    const words = Array.from({ length: 1 + (7 * i + from) % 11 }, (_, k) => WORDS[(i + k) % 7]);
    words.splice((i * 3) % words.length, 0, label === 1 ? "good" : "bad");
    return { index: `${i}`, texts: [words.join(" ")], label };
  });
}

/** A task with two labels. */
export const toyTask = glueTask(
  glueTaskDefinition("sst-2"),
  rows(40, 0),
  [{ name: "", rows: rows(21, 1) }],
  tokenizer,
  16,
);

/** Settings of a run of 30 steps. */
export function toySettings(change: Partial<FinetuneSettings> = {}): FinetuneSettings {
  const request = { batchSize: 8, maxSteps: 30, learningRate: 0.01, maxSeqLength: 16, seed: 3 };
  return { ...finetuneSettings(request, toyTask.train.length), loggingSteps: 30, ...change };
}

/** An in-memory checkpoint with initialized parameters. */
export function toyCheckpoint(specs = pretrainingSpecs(toyConfig)): Safetensors {
  const tensors = new Map(
    specs.map((spec) => [spec.name, { shape: spec.shape, data: initialValues(spec, 1, 0.1) }]),
  );
  const pieces = encodeSafetensors(tensors);
  return parseSafetensors(new Uint8Array(pieces.flatMap((piece) => [...piece])));
}
