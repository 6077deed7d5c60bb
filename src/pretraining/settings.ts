/**
 * The settings of a pretraining run, as `run.json` stores them.
 *
 * @module
 */
import { type ExampleSettings, exampleSettings } from "../data/mod.ts";
import type { ModelConfig } from "../model/mod.ts";
import { defaultSchedule } from "./default_schedule.ts";
import {
  checkIntegers,
  DEFAULT_BATCH_SIZE,
  type TrainRequest,
  type TrainSettings,
  trainSettings,
} from "../train/mod.ts";

/** Consecutive steps with examples of one length. BERT trained on 128 tokens before 512; the official ALBERT code uses 512 throughout. */
export interface Phase {
  /** The phase ends before this step. */
  readonly untilStep: number;
  /** Packing and masking of its examples. */
  readonly examples: ExampleSettings;
}

/** Settings of a pretraining run. */
export interface PretrainSettings extends TrainSettings {
  /** Packing and masking. */
  readonly examples: ExampleSettings;
  /** Phases in order; the last ends with the run. A single phase has the settings of `examples`. */
  readonly phases: readonly Phase[];
  /** SHA-256 of the weights of a warm start. */
  readonly initialWeights?: string;
  /** Fraction of the documents that is held out. */
  readonly validationFraction: number;
  /** Number of workers that build examples; their number changes no result. */
  readonly dataloaderNumWorkers: number;
  /** Held-out examples per evaluation. */
  readonly evalExamples: number;
}

/** Settings that a caller of pretraining may choose. */
export interface PretrainRequest extends TrainRequest {
  /** Optimizer steps. */
  readonly steps: number;
  /** Tokens per example. */
  readonly maxSeqLength: number;
  /** Packing and masking. */
  readonly examples?: Partial<ExampleSettings>;
  /** Fraction of the documents to hold out; 0.05 if absent. */
  readonly validationFraction?: number;
  /** Number of workers that build examples; 1 if absent, 0 builds them between the steps. */
  readonly dataloaderNumWorkers?: number;
  /** Held-out examples per evaluation; 512 if absent. */
  readonly evalExamples?: number;
  /** Whether to save after every evaluation that is the best so far, and to keep that checkpoint; false if absent. */
  readonly keepBest?: boolean;
  /** Lengths of the phases and their shares of the steps; one phase of `maxSeqLength` if absent. */
  readonly phases?: readonly { readonly maxSeqLength: number; readonly share: number }[];
  /** SHA-256 of the weights of a warm start. */
  readonly initialWeights?: string;
}

/**
 * Completes a request for pretraining. Absent settings get the defaults of `albert pretrain`: LAMB, with a learning rate and a warm-up by width and batch size, and 32
 * examples per step. Batch size, length and masking of a preset are not applied; see `presetBatchSize`, `presetSequenceLength` and `presetMaskedLmProb`.
 *
 * @param config configuration of the model to train
 * @throws {RangeError} naming a setting that is out of range.
 */
export function pretrainSettings(request: PretrainRequest, config: ModelConfig): PretrainSettings {
  const { steps, batchSize = DEFAULT_BATCH_SIZE } = request;
  const optimizer = request.optimizer?.kind ?? "lamb";
  const examplesOf = (length: number) =>
    exampleSettings(length, { pairObjective: config.pairObjective, ...request.examples });
  const settings: PretrainSettings = {
    ...trainSettings(request, {
      steps,
      stepsName: "steps",
      ...defaultSchedule(config, { steps, batchSize, optimizer }),
      optimizer,
      saveSteps: Math.max(Math.round(steps / 5), 1),
      keepCheckpoints: 3,
      keepBest: request.keepBest ?? false,
    }),
    examples: examplesOf(request.maxSeqLength),
    phases: phasesOf(request, examplesOf),
    ...(request.initialWeights !== undefined && { initialWeights: request.initialWeights }),
    validationFraction: request.validationFraction ?? 0.05,
    dataloaderNumWorkers: request.dataloaderNumWorkers ?? 1,
    evalExamples: request.evalExamples ?? 512,
  };
  const length = Math.max(...settings.phases.map(({ examples }) => examples.maxSeqLength));
  if (length > config.maxPositionEmbeddings) {
    throw new RangeError(
      `${request.phases === undefined ? "maxSeqLength" : "phases"} must be at most ` +
        `${config.maxPositionEmbeddings} tokens (the model's max_position_embeddings), got ${length}`,
    );
  }
  if (config.typeVocabSize < 2 && settings.examples.pairObjective !== "none") {
    throw new RangeError(
      `pairObjective must be "none" for a model with type_vocab_size ${config.typeVocabSize}, because ` +
        "pairs of sentences need 2 token types",
    );
  }
  checkIntegers(1, settings, ["evalExamples"]);
  checkIntegers(0, settings, ["dataloaderNumWorkers"]);
  return settings;
}

function phasesOf(
  { steps, maxSeqLength, phases = [{ maxSeqLength, share: 1 }] }: PretrainRequest,
  examplesOf: (length: number) => ExampleSettings,
): Phase[] {
  const total = phases.reduce((sum, { share }) => sum + share, 0);
  let done = 0;
  return phases.map(({ maxSeqLength: length, share }) => {
    if (!(share > 0)) throw new RangeError(`phases need positive shares, got ${share}`);
    done += share;
    return { untilStep: Math.round((steps * done) / total), examples: examplesOf(length) };
  });
}
