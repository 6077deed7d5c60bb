/**
 * The jobs that fill the cells of a row.
 *
 * @module
 */
import type { ModelConfig } from "../../../src/model/mod.ts";
import type { BenchmarkId, Column, Experiment, Row, Variation } from "../experiment.ts";
import { PAPER_VOCABULARY, paperConfig, type Preset, rowConfig, rowSteps } from "../presets/mod.ts";
import type { FinetuneJob, Job, LayersJob, ModelJob, SpeedupJob } from "./job.ts";
import {
  finetuneJob,
  type JobSetting,
  layersJob,
  pretrainJob,
  speedupJob,
  untrainedJob,
} from "./make_job.ts";

/** The size, data and repetitions of a run. */
export interface RunPlan extends JobSetting {
  readonly preset: Preset;
  /** Seeds of every cell. */
  readonly seeds: readonly number[];
  /** Additional seeds by row. */
  readonly rowSeeds?: Readonly<Record<string, readonly number[]>>;
  /** Fine-tuning runs per pretrained model; their median counts. The paper uses 5 for tasks with high variance. */
  readonly finetuneRuns: number;
  readonly benchmarks: readonly BenchmarkId[];
  /** Seeds of fine-tuning, by benchmark (`sst-2`) or by row and benchmark (`sop sst-2`); if absent, all seeds of the row for all `benchmarks`. */
  readonly finetuneSeeds?: Readonly<Record<string, readonly number[]>>;
}

/** The job of a row's model, pretrained or untrained; null for quoted rows and if its text is missing. */
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

/** The peak learning rate, scaled for the model's size. */
function rateOf(
  { rateScale }: Preset,
  { hiddenSize, numHiddenLayers, embeddingSize }: ModelConfig,
  { learningRate }: { readonly learningRate: number },
): number {
  const model = { hidden: hiddenSize, layers: numHiddenLayers, embedding: embeddingSize };
  return learningRate * (rateScale?.(model) ?? 1);
}

/** The fine-tuning jobs of a row for a benchmark and seed; none if the model or the data is missing. */
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
    // Different from the seeds of all other pretraining runs.
    finetuneJob(plan, { from, benchmark, size, seed: seed + 1000 * run })).filter((job) =>
      job !== null
    );
}

/** The job that measures the layers of a row's model (Figure 1). */
function rowLayersJob(
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

/**
 * The job that times a row's model relative to BERT-large (Table 2), at the size that the preset defines. One per seed, so that the timings have a standard
 * deviation.
 */
export function rowSpeedupJob(
  plan: RunPlan,
  { variation }: Row,
  seed: number,
): SpeedupJob | null {
  if (variation === undefined) return null;
  const { size, batchSize, sequenceLength } = plan.preset.timing;
  const timed = (variation: Variation) =>
    size === "paper"
      ? { ...paperConfig(variation), vocabSize: PAPER_VOCABULARY }
      : rowConfig(plan.preset, variation, plan.manifest.vocabSize);
  const models = { config: timed(variation), reference: timed({ model: "bert-large" }) };
  return speedupJob(plan, { ...models, batchSize, sequenceLength, seed, name: nameOf(variation) });
}

/** The seeds of a row's cells in a column, sorted. */
export function seedsOfCell(
  { seeds, rowSeeds = {}, finetuneSeeds }: RunPlan,
  { id }: Row,
  { measure }: Pick<Column, "measure">,
): number[] {
  const own = measure.kind === "finetune" && finetuneSeeds !== undefined
    ? [finetuneSeeds[measure.benchmark], finetuneSeeds[`${id} ${measure.benchmark}`]]
    : [seeds, rowSeeds[id]];
  return [...new Set(own.flatMap((some) => some ?? []))].sort((a, b) => a - b);
}

/** The jobs that fill a cell. */
export function cellJobs(
  plan: RunPlan,
  experiment: Experiment,
  row: Row,
  column: Column,
): Job[] {
  const { measure } = column;
  const seeds = seedsOfCell(plan, row, column);
  const each = (job: (seed: number) => Job | null) =>
    seeds.map(job).filter((made) => made !== null);
  switch (measure.kind) {
    case "finetune":
      if (measure.metrics.length === 0) return [];
      return seeds.flatMap((seed) => finetuneJobs(plan, experiment, row, measure.benchmark, seed));
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
      return each((seed) => rowSpeedupJob(plan, row, seed));
    case "average":
      // The averaged columns have the jobs.
    case "parameters":
    case "config":
    case "cost":
    case "recipe":
      return [];
  }
}

/** The jobs of all cells of an experiment; a job appears once per cell that needs it. */
export function experimentJobs(plan: RunPlan, experiment: Experiment): Job[] {
  return experiment.rows.flatMap((row) =>
    experiment.columns.flatMap((column) => cellJobs(plan, experiment, row, column))
  );
}

/** A label for a row's model in the paper's sizes: `albert-base E=128 share=all`. */
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
