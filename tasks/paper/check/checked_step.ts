/**
 * The distinct training steps of experiments: one for each model that a row pretrains, and one for each benchmark that a row fine-tunes on.
 *
 * @module
 */
import { exampleSettings } from "../../../src/data/mod.ts";
import { configToJson, type ModelConfig, pretrainingArchitecture } from "../../../src/model/mod.ts";
import { OPTIMIZER_DEFAULTS, type OptimizerSettings } from "../../../src/optim/mod.ts";
import { officialManifest } from "../data/manifest.ts";
import type { BenchmarkId, Experiment, Row } from "../experiment.ts";
import { addressOf, shortAddress } from "../jobs/address.ts";
import { finetuneJobs, modelJob, type RunPlan } from "../jobs/row_jobs.ts";
import type { FinetuningSize, Preset } from "../presets/mod.ts";

/** A training step that some rows have in common. */
interface StepBase {
  /** Of everything that determines memory and arithmetic of the step. */
  readonly id: string;
  /** `pretrain albert-base E=64 share=none`. */
  readonly label: string;
  /** Rows that need it, as `table-4/64-not-shared`. */
  readonly rows: readonly string[];
  readonly config: ModelConfig;
  /** Tokens per sequence. */
  readonly sequenceLength: number;
  /** Examples per forward and backward pass in the preset. */
  readonly presetExamples: number;
  readonly optimizer: OptimizerSettings;
  readonly learningRate: number;
}

export interface PretrainingStep extends StepBase {
  readonly kind: "pretrain";
  /** Masked tokens per example. */
  readonly maxPredictions: number;
}

/** A fine-tuning step. */
export interface FinetuningStep extends StepBase {
  readonly kind: "finetune";
  readonly benchmark: BenchmarkId;
  readonly size: FinetuningSize;
}

export type CheckedStep = PretrainingStep | FinetuningStep;

/** Fine-tuning is checked with the model on which the paper's Tables 3 to 5 are based. */
const FINETUNED = { model: "albert-base" } as const;

/** Any seed: it does not change the cost of a step. */
const SEED = 42;

/** The distinct steps of the rows of experiments, in order. Rows that the paper quotes have none. */
export function checkedSteps(preset: Preset, experiments: readonly Experiment[]): CheckedStep[] {
  const plan: RunPlan = {
    preset,
    device: "any",
    seeds: [SEED],
    finetuneRuns: 1,
    benchmarks: preset.benchmarks,
    manifest: officialManifest(preset),
  };
  const steps = new Map<string, CheckedStep>();
  for (const experiment of experiments) {
    for (const row of experiment.rows) {
      const step = stepOf(plan, experiment, row);
      if (step === null) continue;
      const known = steps.get(step.id) ?? step;
      steps.set(step.id, { ...known, rows: [...known.rows, `${experiment.id}/${row.id}`] });
    }
  }
  return [...steps.values()];
}

function stepOf(plan: RunPlan, experiment: Experiment, row: Row): CheckedStep | null {
  if (row.benchmark !== undefined) return finetuningStep(plan, experiment, row.benchmark);
  const job = modelJob(plan, experiment, row, SEED);
  if (job === null) return null;
  const { config, size: { maxSeqLength, microBatchSize, optimizer, learningRate } } = job;
  const { maxPredictionsPerSeq } = exampleSettings(maxSeqLength);
  return identified({
    kind: "pretrain",
    // Steps, data and initial weights of a row do not change its step.
    label: job.label.replace(/^untrained/, "pretrain")
      .replace(/ (seed \d+|steps=\d+|\+data|equal time|from \S+)/g, ""),
    rows: [],
    config,
    sequenceLength: maxSeqLength,
    presetExamples: microBatchSize,
    optimizer: { ...OPTIMIZER_DEFAULTS, kind: optimizer },
    learningRate,
    maxPredictions: maxPredictionsPerSeq,
  });
}

function finetuningStep(
  plan: RunPlan,
  experiment: Experiment,
  benchmark: BenchmarkId,
): CheckedStep | null {
  const model: Row = { id: "base", label: "", variation: FINETUNED, paper: {} };
  const [job] = finetuneJobs(plan, experiment, model, benchmark, SEED);
  if (job === undefined) return null;
  const { size, from: { config } } = job;
  const { recipe } = size;
  return identified({
    kind: "finetune",
    label: `finetune ${FINETUNED.model} ${benchmark}`,
    rows: [],
    config: {
      ...config,
      hiddenDropoutProb: recipe.dropout,
      attentionProbsDropoutProb: recipe.dropout,
      classifierDropoutProb: recipe.classifierDropout,
    },
    sequenceLength: recipe.maxSeqLength,
    presetExamples: size.microBatchSize ?? recipe.batchSize,
    optimizer: { ...OPTIMIZER_DEFAULTS, kind: "adamw" },
    learningRate: recipe.learningRate,
    benchmark,
    size,
  });
}

function identified(step: Omit<PretrainingStep, "id"> | Omit<FinetuningStep, "id">): CheckedStep {
  const { label: _, rows: __, config, ...facts } = step;
  const architecture = [pretrainingArchitecture(config)];
  const id = shortAddress(addressOf({ ...facts, config: configToJson(config, architecture) }));
  return { ...step, id };
}
