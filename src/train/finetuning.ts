/**
 * Fine-tuning as a task of the training loop: a benchmark's examples and head with the settings of a run.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import { formatCount } from "../json/mod.ts";
import {
  Encoder,
  encoderSpecs,
  initialize,
  type ModelConfig,
  Parameters,
  type ParameterSpec,
  validateConfig,
} from "../model/mod.ts";
import type { Safetensors } from "../weights/mod.ts";
import { evaluateTask } from "./evaluate.ts";
import type { FinetuneBatch, FinetuneExample, FinetuneTask, TaskHead } from "./finetune_task.ts";
import { startFrom } from "./load_for_task.ts";
import { modelCard } from "./model_card.ts";
import { collateSequences, longestSequence, TrainingOrder } from "./sequences.ts";
import type { FinetuneSettings } from "./settings.ts";
import type { Task, TaskBatch } from "./task.ts";

/** Field of `config.json` with the maximum number of tokens per sequence in fine-tuning. */
const TRAINED_LENGTH = "max_seq_length";

/**
 * Returns the maximum number of tokens per sequence that a model was fine-tuned with, at most its positions.
 *
 * @param config the model's configuration
 * @param untrained for a model without that number; by default, all its positions
 */
export function trainedLength(
  { extra, maxPositionEmbeddings }: ModelConfig,
  untrained: number = maxPositionEmbeddings,
): number {
  const trained = Number(extra?.[TRAINED_LENGTH]);
  return Math.min(trained >= 1 ? trained : untrained, maxPositionEmbeddings);
}

/** A micro-batch of fine-tuning. */
export interface FinetuneStepBatch<E> extends FinetuneBatch<E>, TaskBatch {}

/** What a fine-tuning run starts from in addition to its task. */
export interface FinetuningOptions {
  /** Configuration of the model. */
  readonly config: ModelConfig;
  /** Settings of the run. */
  readonly settings: FinetuneSettings;
  /** Weights to start from; null or absent initializes all weights from scratch. Not read if the run is resumed. */
  readonly weights?: Safetensors | null;
  /** SHA-256 of those weights, or a word that stands for no weights. */
  readonly weightsSha256?: string;
  /** SHA-256 of the training and held-out files. */
  readonly dataSha256?: string;
  /** Where the weights are from, for the model card and `results.json`; it does not affect training. */
  readonly baseModel?: string;
}

function taskSpecs<E extends FinetuneExample, O>(
  config: ModelConfig,
  task: TaskHead<E, O>,
): ParameterSpec[] {
  return [...encoderSpecs(config, { pooler: task.pooler }), ...task.headSpecs(config)];
}

/**
 * Allocates an encoder with a task's head, all zero.
 *
 * @throws {ConfigError} if the configuration is invalid
 */
export function taskModel<E extends FinetuneExample, O>(
  device: Device,
  config: ModelConfig,
  task: TaskHead<E, O>,
  options: { readonly trainable?: boolean } = {},
): Encoder {
  const specs = taskSpecs(validateConfig(config), task);
  return new Encoder(config, new Parameters(device, specs, options));
}

/** Makes a benchmark's task one of the training loop. */
export function finetuningTask<E extends FinetuneExample, O>(
  task: FinetuneTask<E, O>,
  { config, settings, weights = null, weightsSha256 = "", dataSha256 = "", baseModel }:
    FinetuningOptions,
): Task<FinetuneStepBatch<E>> {
  const { seed, shuffle, groupByLength, batchSize, microBatchSize, maxSeqLength } = settings;
  const order = new TrainingOrder(
    task.train.length,
    seed,
    shuffle,
    groupByLength && { lengths: task.train.map(longestSequence), batchSize },
  );
  // Sorted by length, so that a micro-batch needs little padding.
  const examplesOf = (step: number): E[] =>
    Array.from({ length: batchSize }, (_, i) => task.train[order.at(step * batchSize + i)])
      .sort((a, b) => longestSequence(a) - longestSequence(b));
  const batchOf = (examples: readonly E[], firstExample: number): FinetuneStepBatch<E> => {
    const batch = collateSequences(examples, config.padTokenId, maxSeqLength);
    const { input: { batch: rows, lengths } } = batch;
    return {
      ...batch,
      firstRow: firstExample * rows / examples.length,
      tokens: lengths.reduce((sum, length) => sum + length, 0),
    };
  };
  return {
    name: task.name,
    losses: [""],
    best: { metric: task.metric, direction: "highest" },
    logsTensorNorms: false,
    writesResults: true,
    configExtra: { ...task.configExtra, [TRAINED_LENGTH]: maxSeqLength },
    determinants: {
      task: task.name,
      weights: weightsSha256,
      data: dataSha256,
      trainExamples: task.train.length,
      heldOutExamples: task.heldOut.map(({ examples }) => examples.length),
      shuffle,
      ...(groupByLength && { groupByLength }),
      maxSeqLength,
    },
    rankFacts: {},
    specs: (config) => taskSpecs(config, task),
    architecture: (config) => task.architecture(config),
    results: (step) => ({
      ...(baseModel !== undefined && { baseModel }),
      seed,
      epochs: Number((step * batchSize / task.train.length).toPrecision(4)),
      trainExamples: task.train.length,
      evalExamples: task.heldOut.reduce((sum, { examples }) => sum + examples.length, 0),
    }),
    card: (config, step, evaluation) =>
      modelCard(config, {
        title: `fine-tuned on ${task.name}`,
        text:
          `Fine-tuned with [@albert-lab/albert](https://jsr.io/@albert-lab/albert) on ${task.name}.`,
        architecture: task.architecture(config),
        baseModel,
        tags: [task.name],
        evaluation,
        rows: [
          ["training examples, steps", `${formatCount(task.train.length)}, ${formatCount(step)}`],
          [
            "validation examples",
            task.heldOut.map((set) => formatCount(set.examples.length)).join(" + "),
          ],
          ["batch, sequence length", `${batchSize}, ${maxSeqLength}`],
          [
            "optimizer, peak learning rate",
            `${settings.optimizer.kind}, ${settings.schedule.peakLearningRate}`,
          ],
          [
            "dropout, classifier dropout",
            `${config.hiddenDropoutProb}, ${config.classifierDropoutProb}`,
          ],
          ["seed", `${seed}`],
        ],
      }),
    initialize(encoder, seed) {
      if (weights === null) {
        initialize(encoder.parameters, seed, encoder.config.initializerRange);
        return ["Initializing all weights from scratch"];
      }
      const { initialized, unexpected } = startFrom(encoder, task, weights, seed);
      return [
        `Newly initialized tensors: ${initialized.join(", ") || "none"}`,
        `Unexpected tensors in the checkpoint: ${unexpected.join(", ") || "none"}`,
      ];
    },
    batches(step, { start, end }) {
      const examples = examplesOf(step).slice(0, end);
      const batches: FinetuneStepBatch<E>[] = [];
      for (let first = start; first < end; first += microBatchSize) {
        batches.push(batchOf(examples.slice(first, first + microBatchSize), first));
      }
      return batches;
    },
    counts: (batches) => [
      batches.reduce(
        (sum, { examples }) =>
          sum + examples.reduce((total, example) => total + (task.weightOf?.(example) ?? 1), 0),
        0,
      ),
    ],
    loss: (scope, encoder, batch, [target]) => task.loss(scope, encoder, batch, target),
    largestBatch(_config, examples) {
      const longest = task.train.toSorted((a, b) => longestSequence(b) - longestSequence(a))
        .slice(0, examples);
      return batchOf(Array.from({ length: examples }, (_, i) => longest[i % longest.length]), 0);
    },
    evaluate: ({ device, encoder, group }) =>
      evaluateTask(device, encoder, task, microBatchSize, maxSeqLength, group),
  };
}
