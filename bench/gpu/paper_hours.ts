/**
 * Models the hours of the paper's tables on GPUs that are not at hand, from the time model of a training step.
 *
 * @module
 */
import { exampleSettings } from "../../src/data/mod.ts";
import { DispatchPlan, namedAdapter } from "../../src/device/mod.ts";
import type { ModelConfig } from "../../src/model/mod.ts";
import { planPretrainingStep } from "../../src/pretraining/mod.ts";
import {
  experimentJobs,
  type Job,
  officialManifest,
  planJobs,
  withDependencies,
} from "../../tasks/paper/disk.ts";
import { type Experiment, EXPERIMENTS, type Preset } from "../../tasks/paper/mod.ts";
import { tableOf } from "../table.ts";
import { structuralText } from "./compiled.ts";
import {
  CARDS,
  type Efficiency,
  type EfficiencyTable,
  modelStep,
  type PlanJson,
} from "./time_model.ts";

/** Memory of each card of {@linkcode CARDS} in bytes, from the vendors' data sheets; of the M3 Max, the largest configuration. */
const MEMORY: Readonly<Record<string, number>> = {
  h200: 141e9,
  rtx4090: 24e9,
  rx7900xtx: 24e9,
  a770: 16e9,
  m3max: 128e9,
};

/** Modeled speed of a training step. */
export interface ModeledSpeed {
  readonly gigaflopsPerSecond: number;
  /** Share of the time in dispatches whose variant was not compiled, and is replaced by another. */
  readonly substituted: number;
}

/** Hours of an experiment on one card. */
export interface ModeledHours {
  readonly hours: number;
  /** Memory of the largest step. */
  readonly peakBytes: number;
}

/** The jobs of experiments with one seed and the official data; shared jobs are listed once. */
export function jobsOfExperiments(preset: Preset, experiments: readonly Experiment[]): Job[] {
  const plan = {
    preset,
    device: "webgpu",
    seeds: [42],
    finetuneRuns: 1,
    benchmarks: preset.benchmarks,
    manifest: officialManifest(preset),
  };
  return withDependencies(experiments.flatMap((each) => experimentJobs(plan, each)));
}

/** Models steps on one card, each size once. */
export class SpeedModel {
  readonly #card: string;
  readonly #table: EfficiencyTable;
  readonly #speeds = new Map<string, ModeledSpeed>();

  /** @param card a name of {@linkcode CARDS} */
  constructor(card: string, table: EfficiencyTable) {
    this.#card = card;
    this.#table = table;
  }

  /** The largest share of a modeled step in dispatches whose variant was not compiled. */
  get substituted(): number {
    return Math.max(0, ...[...this.#speeds.values()].map(({ substituted }) => substituted));
  }

  /** The speed of one micro-batch and one update, in float32 with default variants. */
  speedOf(config: ModelConfig, examples: number, sequenceLength: number): ModeledSpeed {
    const key = JSON.stringify([config, examples, sequenceLength]);
    const known = this.#speeds.get(key);
    if (known !== undefined) return known;
    const plan = planOf(CARDS[this.#card].adapter, config, examples, sequenceLength);
    const { table, substitutes } = completed(plan, this.#table[this.#card]);
    const step = modelStep(plan, this.#card, { [this.#card]: table });
    const own = plan.runs.filter((run) => !substitutes.has(labelOf(run)));
    const compiled = modelStep({ ...plan, runs: own }, this.#card, { [this.#card]: table });
    const speed = {
      gigaflopsPerSecond: plan.flops / 1e6 / step.milliseconds,
      substituted: 1 - compiled.milliseconds / step.milliseconds,
    };
    this.#speeds.set(key, speed);
    return speed;
  }
}

function planOf(
  adapter: string,
  config: ModelConfig,
  examples: number,
  sequenceLength: number,
): PlanJson {
  const described = namedAdapter(adapter)!;
  const dispatches = new DispatchPlan(described);
  const { maxPredictionsPerSeq } = exampleSettings(sequenceLength);
  planPretrainingStep(config, examples, sequenceLength, maxPredictionsPerSeq, {
    onRun: (kernel, run) => dispatches.add(kernel, run),
  });
  const runs = dispatches.dispatches.map(({ kernel, variant, ...run }) => ({
    ...run,
    kernel: kernel.name,
    variant: variant.name,
  }));
  const sum = (of: (run: typeof runs[number]) => number) =>
    runs.reduce((total, run) => total + of(run), 0);
  return {
    adapter,
    dispatches: runs.length,
    flops: sum(({ flops }) => flops),
    bytes: sum(({ bytes }) => bytes),
    runs,
  };
}

function labelOf({ kernel, variant, structural }: PlanJson["runs"][number]): string {
  return `${kernel}/${variant} ${structuralText(structural)}`;
}

/**
 * Adds the variants that were not compiled: with the slowest efficiency of the same kernel and variant in another structure, or else, such as dropout, by memory
 * traffic alone.
 */
function completed(
  { runs }: PlanJson,
  table: readonly Efficiency[],
): { table: Efficiency[]; substitutes: Set<string> } {
  const labels = new Set(
    table.map((one) => `${one.kernel}/${one.variant} ${one.structural}`),
  );
  const substitutes = new Set<string>();
  const added: Efficiency[] = [];
  for (const run of runs) {
    const label = labelOf(run);
    if (labels.has(label) || substitutes.has(label)) continue;
    substitutes.add(label);
    const { kernel, variant } = run;
    const alike = table.filter((one) => one.kernel === kernel && one.variant === variant)
      .toSorted((a, b) => (a.byWorkgroups.at(-1) ?? 0) - (b.byWorkgroups.at(-1) ?? 0));
    const traffic = { tile: null, byWorkgroups: [], resident: 1 };
    added.push({
      ...(alike[0] ?? { ...traffic, slots: 0, loopSlots: 0, loopBytes: 0 }),
      ...{ kernel, variant, structural: structuralText(run.structural) },
    });
  }
  return { table: [...table, ...added], substitutes };
}

/**
 * Models the hours of jobs on a card. As in `albert paper plan`, the arithmetic of each job is divided by the speed of a pretraining step of its hidden size, here
 * that of the cheapest such model with the preset's micro-batch.
 */
export function modelHours(model: SpeedModel, jobs: readonly Job[]): ModeledHours {
  const speeds = new Map<number, ModeledSpeed>();
  const pretraining = jobs.filter((job) => job.kind === "pretrain")
    .toSorted((a, b) => a.config.numHiddenLayers - b.config.numHiddenLayers);
  for (const { config, size } of pretraining) {
    if (speeds.has(config.hiddenSize)) continue;
    speeds.set(config.hiddenSize, model.speedOf(config, size.microBatchSize, size.maxSeqLength));
  }
  const { hours, peakBytes } = planJobs(jobs, speeds);
  return { hours: hours!, peakBytes };
}

/** The page of all tables with jobs, for some presets. */
export function hoursPage(presets: readonly Preset[], table: EfficiencyTable): string {
  const models = Object.keys(CARDS).map((card) => new SpeedModel(card, table));
  const sections = presets.flatMap((preset) => presetSection(preset, models));
  const substituted = Math.max(...models.map((model) => model.substituted));
  return [
    "# Modeled hours of the paper's tables\n",
    "Written by `deno task bench hours --update-results`. No GPU was at hand: every time is modeled, with one seed, float32",
    "and default variants, by the formula in `bench/gpu/time_model.ts` from the dispatches of a pretraining step with the",
    "preset's micro-batch. A job takes its arithmetic at the speed of a step of its hidden size. An experiment includes all",
    "runs that it needs; runs that experiments share count once in the last row. ✗: the largest step does not fit the card's",
    "memory, so a smaller `--micro-batch-size`, `--recompute layers` or another card is needed; its time is that of the",
    "preset's micro-batch all the same.\n",
    ...sections,
    "## Notes\n",
    ...Object.values(CARDS).filter(({ note }) => note !== "").map(({ name, note }) =>
      `- ${name}: ${note}.`
    ),
    `- Memory: ${
      Object.entries(CARDS).map(([id, { name }]) => `${name} ${MEMORY[id] / 1e9} GB`).join(", ")
    }.`,
    "- Kernels with dropout were not compiled. Attention and normalization count like those without it, dropout alone with its",
    `  memory traffic; together up to ${
      Math.ceil(100 * substituted)
    }% of the time of a step (attention at 512 tokens).`,
    "",
  ].join("\n");
}

function presetSection(preset: Preset, models: readonly SpeedModel[]): string[] {
  const rows = [
    ...EXPERIMENTS.map((each) => [each.id, jobsOfExperiments(preset, [each])] as const),
    ["all", jobsOfExperiments(preset, EXPERIMENTS)] as const,
  ].filter(([, jobs]) => jobs.length > 0);
  const cells = rows.map(([id, jobs]) => {
    const hours = models.map((model) => modelHours(model, jobs));
    return [
      id,
      String(jobs.length),
      `${(hours[0].peakBytes / 1e9).toFixed(1)} GB`,
      ...Object.keys(CARDS).map((card, i) =>
        `${timeText(hours[i].hours)}${hours[i].peakBytes > MEMORY[card] ? " ✗" : ""}`
      ),
    ];
  });
  const heads = ["experiment", "jobs", "largest step", ...Object.values(CARDS).map((c) => c.name)];
  return [`## ${preset.name}\n`, `${tableOf(heads, cells)}\n`];
}

/** `5.2 h`, `12 days`, `7.1 years`. */
function timeText(hours: number): string {
  const [value, unit] = hours < 1
    ? [60 * hours, "min"]
    : hours < 99.5
    ? [hours, "h"]
    : hours < 1000 * 24
    ? [hours / 24, "days"]
    : [hours / 24 / 365, "years"];
  return `${Number(value.toPrecision(2))} ${unit}`;
}
