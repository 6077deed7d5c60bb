/**
 * Which jobs fill which cells.
 *
 * @module
 */
import type { ModelConfig } from "../../../src/model/mod.ts";
import type { BenchmarkId, Column, Experiment, Row, Variation } from "../experiment.ts";
import { PAPER_VOCABULARY, paperConfig, type Preset, rowConfig, rowSteps } from "../presets/mod.ts";
import type { FinetuneJob, Job, LayersJob, ModelJob, ThroughputJob } from "./job.ts";
import {
  finetuneJob,
  type JobSetting,
  layersJob,
  pretrainJob,
  throughputJob,
  untrainedJob,
} from "./make_job.ts";

/** What is to be run, and how often. */
export interface RunPlan extends JobSetting {
  readonly preset: Preset;
  /** One run of every cell for each. */
  readonly seeds: readonly number[];
  /** More seeds of some rows, by row. */
  readonly rowSeeds?: Readonly<Record<string, readonly number[]>>;
  /** Finetunings of each pretrained model, of which the median counts; the paper has 5 for tasks of high variance. */
  readonly finetuneRuns: number;
  /** Benchmarks to run. */
  readonly benchmarks: readonly BenchmarkId[];
}

/** The model of a row, trained or as it starts; null where its text is absent or it is somebody else's. */
export function modelJob(
  plan: RunPlan,
  experiment: Pick<Experiment, "rows">,
  row: Row,
  seed: number,
): ModelJob | null {
  const { preset, manifest } = plan;
  const { variation } = row;
  if (variation === undefined) return null;
  const config = rowConfig(preset, variation, manifest.vocabSize);
  const { warmStartFrom } = variation;
  const { warmStartScale = 1, ...pretraining } = preset.pretraining;
  const rate = rateOf(preset, config, pretraining);
  const learningRate = warmStartFrom === undefined ? rate : warmStartScale * rate;
  const size = { ...pretraining, learningRate };
  const name = nameOf(variation);
  if (variation.steps === 0) return untrainedJob(plan, { config, size, seed, name });
  const corpus = variation.extraData ? "extended" : "plain";
  if (manifest[corpus] === undefined) return null;
  const source = warmStartFrom === undefined
    ? undefined
    : modelJob(plan, experiment, experiment.rows.find(({ id }) => id === warmStartFrom)!, seed);
  return pretrainJob(plan, {
    config,
    size,
    steps: rowSteps(preset, experiment, row),
    seed,
    corpus,
    name,
    ...(source?.kind === "pretrain" && { warmStart: source }),
  });
}

/** A peak rate as a model of some size wants it. */
function rateOf(
  { rateScale }: Preset,
  { hiddenSize, numHiddenLayers, embeddingSize }: ModelConfig,
  { learningRate }: { readonly learningRate: number },
): number {
  const model = { hidden: hiddenSize, layers: numHiddenLayers, embedding: embeddingSize };
  return learningRate * (rateScale?.(model) ?? 1);
}

/** The finetunings of a row on a benchmark, one for each of a seed's runs; none where something is absent. */
export function finetuneJobs(
  plan: RunPlan,
  experiment: Pick<Experiment, "rows">,
  row: Row,
  benchmark: BenchmarkId,
  seed: number,
): FinetuneJob[] {
  if (row.ensemble || !plan.benchmarks.includes(benchmark)) return [];
  const from = modelJob(plan, experiment, row, seed);
  if (from === null) return [];
  const { recipe, ...rest } = plan.preset.finetuning(benchmark);
  const learningRate = rateOf(plan.preset, from.config, recipe);
  const size = { ...rest, recipe: { ...recipe, learningRate } };
  return Array.from({ length: plan.finetuneRuns }, (_, run) =>
    // Apart from every other pretraining's seed.
    finetuneJob(plan, { from, benchmark, size, seed: seed + 1000 * run })).filter((job) =>
      job !== null
    );
}

/** Figure 1's look at a row's model. */
export function rowLayersJob(
  plan: RunPlan,
  experiment: Pick<Experiment, "rows">,
  row: Row,
  seed: number,
): LayersJob | null {
  const from = modelJob(plan, experiment, row, seed);
  return from?.kind === "pretrain"
    ? layersJob(plan, { from, size: plan.preset.pretraining })
    : null;
}

/** Table 2's timing of a row's model, at the paper's size or, for a preset that says so, at its own; once a seed, so that the timings have a spread. */
export function rowThroughputJob(
  plan: RunPlan,
  { variation }: Row,
  seed: number,
): ThroughputJob | null {
  if (variation === undefined) return null;
  const { size, batchSize, sequenceLength } = plan.preset.timing;
  const config = size === "paper"
    ? { ...paperConfig(variation), vocabSize: PAPER_VOCABULARY }
    : rowConfig(plan.preset, variation, plan.manifest.vocabSize);
  return throughputJob(plan, { config, batchSize, sequenceLength, seed, name: nameOf(variation) });
}

/** The seeds of a row's cells. */
export function seedsOfRow({ seeds, rowSeeds = {} }: RunPlan, { id }: Row): number[] {
  return [...new Set([...seeds, ...rowSeeds[id] ?? []])].sort((a, b) => a - b);
}

/** All jobs that a column asks of a row. */
export function cellJobs(
  plan: RunPlan,
  experiment: Experiment,
  row: Row,
  { measure }: Column,
): Job[] {
  const each = (job: (seed: number) => Job | null) =>
    seedsOfRow(plan, row).map(job).filter((made) => made !== null);
  switch (measure.kind) {
    case "finetune":
      if (measure.metrics.length === 0) return [];
      return seedsOfRow(plan, row).flatMap((seed) =>
        finetuneJobs(plan, experiment, row, measure.benchmark, seed)
      );
    case "intrinsic":
    case "training":
      return each((seed) => modelJob(plan, experiment, row, seed));
    case "curve":
      return each((seed) =>
        measure.curve === "mlm_accuracy"
          ? modelJob(plan, experiment, row, seed)
          : rowLayersJob(plan, experiment, row, seed)
      );
    case "speed-up":
      return each((seed) => rowThroughputJob(plan, row, seed));
    case "average":
      // Its columns ask for what it needs.
    case "parameters":
    case "config":
    case "cost":
    case "recipe":
      return [];
  }
}

/** All jobs of an experiment, cell by cell; a job stands as often as cells need it. */
export function experimentJobs(plan: RunPlan, experiment: Experiment): Job[] {
  return experiment.rows.flatMap((row) =>
    experiment.columns.flatMap((column) => cellJobs(plan, experiment, row, column))
  );
}

/** `albert-base E=128 share=all sop`: what tells a row's model from others, in the paper's sizes. */
function nameOf(variation: Variation): string {
  const { model, extraData, warmStartFrom, equalTimeWith, ...varied } = variation;
  const words = Object.entries(varied)
    .map(([name, value]) => `${SHORT[name] ?? name}=${value}`);
  return [
    model,
    ...words,
    ...(extraData ? ["+data"] : []),
    ...(warmStartFrom === undefined ? [] : [`from ${warmStartFrom}`]),
    ...(equalTimeWith === undefined ? [] : [`equal time`]),
  ].join(" ");
}

const SHORT: Readonly<Record<string, string>> = {
  embeddingSize: "E",
  hiddenSize: "H",
  layers: "L",
  pairObjective: "pair",
};
