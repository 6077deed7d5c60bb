/**
 * GLUE as fine-tuning tasks with a classification or regression head.
 *
 * @module
 */
import type { Device } from "../../device/mod.ts";
import { quote } from "../../json/mod.ts";
import {
  classifierLogits,
  classifierSpecs,
  ConfigError,
  type Encoder,
  type ModelConfig,
  namesOfClasses,
  type ParameterSpec,
  sigmoid,
  softmax,
  transformersClass,
} from "../../model/mod.ts";
import {
  binaryCrossEntropy,
  crossEntropy,
  IGNORED_LABEL,
  type LossTarget,
  meanSquaredError,
  type Scope,
} from "../../tensor/mod.ts";
import type { Tensor } from "../../tensor/mod.ts";
import type { Tokenizer } from "../../text/mod.ts";
import {
  type FinetuneBatch,
  type FinetuneExample,
  type FinetuneTask,
  type HeldOutSet,
  type PredictionReview,
  reviewClasses,
  type Sequence,
  type SetEvaluation,
  type TaskHead,
  worstFirst,
} from "../../train/mod.ts";
import type { GlueRow } from "./reader.ts";
import { writePredictions } from "./submission.ts";
import { glueMetrics, type GlueTaskDefinition } from "./tasks.ts";
import { reviewSets, textMetrics, writeTextPredictions } from "./text_results.ts";

/** A row and its token sequence. */
export interface GlueExample extends FinetuneExample {
  /** The row. */
  readonly row: GlueRow;
}

/** Logits of a row's classes, or its score for a regression task. */
export type GlueLogits = Float32Array;

/** A validation set. */
export interface GlueHeldOut {
  /** Empty, or `mm` for MNLI's mismatched set. */
  readonly name: string;
  /** Rows with labels. */
  readonly rows: readonly GlueRow[];
}

/** Encodes a row as one sequence of at most `maxLength` tokens. The longer text of a pair is truncated first. */
export function encodeRow(row: GlueRow, tokenizer: Tokenizer, maxLength: number): GlueExample {
  const [first, second] = row.texts;
  const whole = tokenizer.encodePair(first, second);
  const { length } = whole.ids;
  const { ids, typeIds } = length > maxLength
    ? tokenizer.encodePair(first, second, { maxLength })
    : whole;
  const sequence: Sequence = { ids: Uint32Array.from(ids), typeIds: Uint8Array.from(typeIds) };
  return { row, sequences: [sequence], length };
}

/** Returns a sentence on the examples that were truncated, or null if there are none. */
export function truncationNotice(
  examples: readonly FinetuneExample[],
  maxLength: number,
  noun = "texts",
): string | null {
  const cut = examples.map(({ length = 0 }) => length).filter((length) => length > maxLength);
  if (cut.length === 0) return null;
  const longest = cut.reduce((most, length) => Math.max(most, length), 0);
  return `${cut.length} of ${examples.length} ${noun} have more than ${maxLength} tokens ` +
    `(the longest ${longest}) and are cut`;
}

/** Returns the head of a task: a classifier on the pooled output with one output per label, or one for a regression task. */
export function glueHead(definition: GlueTaskDefinition): TaskHead<GlueExample, GlueLogits> {
  const outputs = Math.max(definition.labels.length, 1);
  return {
    ...classifierHead(definition.name, outputs, configExtra(definition)),
    otherLabels: definition.labels,
  };
}

/** Returns the head of a text classification checkpoint, whose number of classes follows from `id2label` or `num_labels` in config.json. */
export function textClassifierHead(config: ModelConfig): TaskHead<GlueExample, GlueLogits> {
  const count = config.extra?.num_labels;
  // transformers omits both keys for two classes.
  const outputs = namesOfClasses(config)?.length ?? (typeof count === "number" ? count : 2);
  return classifierHead("classification", outputs, {});
}

/** `problem_type` of config.json: what the outputs of a classifier mean. */
export type ProblemType =
  | "single_label_classification"
  | "multi_label_classification"
  | "regression";

const PROBLEM_TYPES: readonly ProblemType[] = [
  "single_label_classification",
  "multi_label_classification",
  "regression",
];

/**
 * Returns the problem type of a classifier: that of config.json, or else regression for one output and one class for several.
 *
 * @param outputs number of outputs
 * @throws {ConfigError} if config.json has an unknown problem type
 */
export function problemTypeOf({ extra = {} }: ModelConfig, outputs: number): ProblemType {
  const given = extra.problem_type ?? null;
  if (given === null) return outputs === 1 ? "regression" : "single_label_classification";
  const found = PROBLEM_TYPES.find((name) => name === given);
  if (found === undefined) {
    throw new ConfigError(
      `problem_type must be one of ${PROBLEM_TYPES.join(", ")}, got ${quote(given)}`,
    );
  }
  return found;
}

/** Returns what the logits of a row mean: probabilities that sum to 1, independent probabilities, or scores. */
export function outputsOf(logits: GlueLogits, type: ProblemType): number[] {
  if (type === "single_label_classification") return softmax(logits);
  return Array.from(logits, type === "regression" ? (score) => score : sigmoid);
}

function classifierHead(
  name: string,
  outputs: number,
  configExtra: Readonly<Record<string, unknown>>,
): TaskHead<GlueExample, GlueLogits> {
  return {
    name,
    pooler: true,
    configExtra,
    architecture: (config: ModelConfig) => transformersClass(config, "ForSequenceClassification"),
    headSpecs: (config: ModelConfig): ParameterSpec[] => classifierSpecs(config, outputs),
    async predict(device: Device, encoder: Encoder, batch: FinetuneBatch<GlueExample>) {
      const { view } = logitsOf({ device }, encoder, batch, outputs);
      const flat = (await device.read(view)) as Float32Array;
      return batch.examples.map((_, row) => flat.slice(row * outputs, (row + 1) * outputs));
    },
  };
}

/**
 * Returns the fine-tuning task for training and validation rows. Your own labels need a definition with other `labels` and `classNames`.
 *
 * @param definition a task of `glueTaskDefinition`, or a copy with other labels
 * @param heldOut validation sets; the name of a set, if not empty, is the suffix of its metrics (`accuracy_mm`)
 * @param maxLength maximum sequence length in tokens; longer texts are cut
 */
export function glueTask(
  definition: GlueTaskDefinition,
  train: readonly GlueRow[],
  heldOut: readonly GlueHeldOut[],
  tokenizer: Tokenizer,
  maxLength: number,
): FinetuneTask<GlueExample, GlueLogits> {
  const encode = (row: GlueRow) => encodeRow(row, tokenizer, maxLength);
  const outputs = Math.max(definition.labels.length, 1);
  return {
    ...glueHead(definition),
    train: train.map(encode),
    heldOut: heldOut.map(({ name, rows }) => ({ name, examples: rows.map(encode) })),
    metric: definition.multiLabel ? "f1_macro" : definition.metrics[0],
    ...(definition.weights && {
      weightOf: ({ row }: GlueExample) => definition.weights![row.label!],
    }),
    loss(scope: Scope, encoder: Encoder, batch: FinetuneBatch<GlueExample>, target: LossTarget) {
      const logits = logitsOf(scope, encoder, batch, outputs);
      addLoss(scope, definition, logits, batch.examples.map(({ row }) => row), target);
    },
    evaluate: (set: HeldOutSet<GlueExample>, logits: readonly GlueLogits[]) =>
      evaluate(definition, set, logits),
  };
}

/** Adds the loss of some rows: cross-entropy, binary cross-entropy of each class, or squared error. */
function addLoss(
  scope: Scope,
  { labels, multiLabel, weights }: GlueTaskDefinition,
  logits: Tensor,
  rows: readonly GlueRow[],
  target: LossTarget,
): void {
  if (multiLabel) {
    // The mean over classes, as BCEWithLogitsLoss.
    const scale = target.scale / labels.length;
    const targets = rows.flatMap((row) => labels.map((_, id) => Number(row.labels!.includes(id))));
    return binaryCrossEntropy(scope, logits, Float32Array.from(targets), { ...target, scale });
  }
  const classes = rows.map(({ label }) => label!);
  if (labels.length === 0) {
    return meanSquaredError(scope, logits, Float32Array.from(classes), target);
  }
  if (weights === undefined) {
    crossEntropy(scope, logits, Uint32Array.from(classes), target);
    return;
  }
  for (const [id, weight] of weights.entries()) {
    if (!classes.includes(id)) continue;
    const own = Uint32Array.from(classes, (other) => other === id ? id : IGNORED_LABEL);
    crossEntropy(scope, logits, own, { ...target, scale: target.scale * weight });
  }
}

/**
 * Returns the predicted class of each row, or the score for a regression task.
 *
 * @throws {RangeError} if logits are NaN or infinite; the message names the row
 */
export function glueAnswers(
  { labels, folder }: GlueTaskDefinition,
  rows: readonly GlueRow[],
  logits: readonly GlueLogits[],
): number[] {
  return logits.map((values, i) => {
    if (!values.every(Number.isFinite)) {
      throw new RangeError(
        `${folder}, row ${rows[i].index}: logits are not finite: ${values.join(", ")}`,
      );
    }
    return labels.length === 0 ? values[0] : values.indexOf(Math.max(...values));
  });
}

function evaluate(
  definition: GlueTaskDefinition,
  { name, examples }: HeldOutSet<GlueExample>,
  logits: readonly GlueLogits[],
): SetEvaluation {
  const rows = examples.map(({ row }) => row);
  const split = definition.splits.find((candidate) => candidate.name === name)!;
  if (definition.name === "text") {
    return {
      metrics: textMetrics(definition, rows, logits),
      files: new Map([[split.submission, writeTextPredictions(definition, rows, logits)]]),
      review: review(definition, rows, logits),
    };
  }
  const answers = glueAnswers(definition, rows, logits);
  return {
    metrics: glueMetrics(definition, rows.map(({ label }) => label!), answers),
    files: new Map([[split.submission, writePredictions(definition, rows, answers)]]),
    review: review(definition, rows, logits),
  };
}

function review(
  { labels, classNames = labels, multiLabel }: GlueTaskDefinition,
  rows: readonly GlueRow[],
  logits: readonly GlueLogits[],
): PredictionReview {
  if (multiLabel) return reviewSets(labels, rows, logits);
  const examples = rows.map(({ index, texts, label }) => ({ id: index, texts, gold: label! }));
  if (labels.length > 0) return reviewClasses(classNames, examples, logits);
  // Every score has an error; show the largest errors.
  const scored = examples.map(({ id, texts, gold }, i) => {
    const distance = Math.abs(logits[i][0] - gold);
    return { id, texts, gold: `${gold}`, predicted: logits[i][0].toFixed(3), distance };
  });
  const worst = worstFirst(scored, ({ distance }) => distance);
  return { missed: scored.length, worst: worst.map(({ distance: _, ...shown }) => shown) };
}

function logitsOf(
  scope: Scope,
  encoder: Encoder,
  { input }: FinetuneBatch<GlueExample>,
  outputs: number,
): Tensor {
  const pooled = encoder.pool(scope, encoder.forward(scope, input), input);
  return classifierLogits(scope, encoder, pooled, outputs);
}

function configExtra(
  { name, labels, classNames = labels, multiLabel }: GlueTaskDefinition,
): Readonly<Record<string, unknown>> {
  const names = labels.length > 0 ? classNames : ["score"];
  return {
    finetuning_task: name,
    id2label: Object.fromEntries(names.map((label, id) => [id, label])),
    label2id: Object.fromEntries(names.map((label, id) => [label, id])),
    problem_type: multiLabel
      ? "multi_label_classification"
      : labels.length > 0
      ? "single_label_classification"
      : "regression",
  };
}
