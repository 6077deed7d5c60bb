/**
 * Fills the cells of tables: with results of jobs, with counted values, or with the reason why they are empty.
 *
 * @module
 */
import { countParameters, encoderSpecs } from "../../src/model/mod.ts";
import {
  type Column,
  type Experiment,
  type Measure,
  paperNumbers,
  type Row,
} from "./experiment.ts";
import { type Job, withDependencies } from "./jobs/job.ts";
import {
  cellJobs,
  finetuneJobs,
  modelJob,
  rowSpeedupJob,
  type RunPlan,
  seedsOfCell,
} from "./jobs/row_jobs.ts";
import type { JobStore } from "./jobs/store.ts";
import { type StepCost, stepCost } from "./measure/mod.ts";
import { paperConfig, paperRecipe, rowConfig } from "./presets/mod.ts";
import {
  completeValues,
  type JobFailure,
  type JobOutcome,
  type JobResult,
  type MeasuredCell,
  type MeasuredExperiment,
  type PlannedSeed,
  type SeedValue,
} from "./result.ts";
import { mean, median } from "./statistics.ts";

/** Which evaluation of a fine-tuning run counts: the best on the development set, as in the paper, or the last. */
export type Selection = "best" | "last";

/** The source of results. */
export interface FillRequest {
  readonly plan: RunPlan;
  readonly store: JobStore;
  readonly selection: Selection;
}

/** Collects all results of an experiment. */
export async function fillExperiment(
  request: FillRequest,
  experiment: Experiment,
): Promise<MeasuredExperiment> {
  const filler = new Filler(request, experiment);
  const cells: MeasuredCell[] = [];
  for (const row of experiment.rows) {
    // Averages use the other cells of the row.
    const ofRow: MeasuredCell[] = [];
    for (const column of experiment.columns) ofRow.push(await filler.cell(row, column, ofRow));
    cells.push(...ofRow);
  }
  return {
    experiment,
    preset: request.plan.preset.name,
    cells,
    results: [...filler.results.values()],
  };
}

class Filler {
  readonly #request: FillRequest;
  readonly #experiment: Experiment;
  readonly #outcomes = new Map<string, Promise<JobOutcome | null>>();
  readonly results = new Map<string, JobResult>();

  constructor(request: FillRequest, experiment: Experiment) {
    this.#request = request;
    this.#experiment = experiment;
  }

  async cell(row: Row, column: Column, ofRow: readonly MeasuredCell[]): Promise<MeasuredCell> {
    const empty: MeasuredCell = { row, column, seeds: [], curves: [], failures: [], standIns: [] };
    // A model that the paper quotes.
    if (row.variation === undefined && row.benchmark === undefined) return empty;
    const { plan } = this.#request;
    if (isCounted(column)) {
      return { ...empty, ...countedCell(plan, row, column) };
    }
    if (column.measure.kind === "average") {
      return { ...empty, ...averageCell(plan, column.measure.of, ofRow, row) };
    }
    const jobs = cellJobs(plan, this.#experiment, row, column);
    const missing = jobs.length === 0
      ? reasonWithoutJobs(plan, row, column)
      : await this.#reasonIncomplete(jobs);
    const failures = await this.#failures(jobs);
    const planned = await this.#planned(row, column);
    const cell = { ...empty, failures, planned, ...(missing !== undefined && { missing }) };
    if (column.measure.kind === "curve") return { ...cell, ...await this.#curves(jobs, column) };
    const seeds = await this.#seedValues(row, column);
    const lacking = missing ??
      (failures.length > 0 ? undefined : reasonWithoutMetrics(column, seeds));
    const standIns = new Set(seeds.flatMap(({ result }) => result?.standIns ?? []));
    return {
      ...cell,
      seeds,
      standIns: [...standIns],
      ...(lacking !== undefined && { missing: lacking }),
    };
  }

  async #seedValues(row: Row, column: Column): Promise<SeedValue[]> {
    const values: SeedValue[] = [];
    for (const seed of seedsOfCell(this.#request.plan, row, column)) {
      const value = await this.#seedValue(row, column, seed);
      if (value !== null) values.push(value);
    }
    return values;
  }

  async #seedValue(
    row: Row,
    { measure }: Column,
    seed: number,
  ): Promise<SeedValue | null> {
    const { plan, selection } = this.#request;
    if (measure.kind === "finetune") {
      const jobs = finetuneJobs(plan, this.#experiment, row, measure.benchmark, seed);
      const runs = await this.#results(jobs);
      if (runs.length === 0 || runs.length < jobs.length) return null;
      const names = measure.metrics.map((name) => selection === "last" ? `last_${name}` : name);
      const values = names.map((name) => medianOf(runs.map(({ metrics }) => metrics[name])));
      return someValue({ seed, values, result: runs[0] });
    }
    const job = measure.kind === "speed-up"
      ? rowSpeedupJob(plan, row, seed)
      : modelJob(plan, this.#experiment, row, seed);
    const [result] = await this.#results(job === null ? [] : [job]);
    if (result === undefined) return null;
    if (measure.kind === "speed-up") return { seed, values: [result.metrics.speedup], result };
    if (measure.kind === "training") {
      const value = measure.of === "steps" ? result.steps : result.trainingSeconds / 3600;
      return { seed, values: [value], result };
    }
    if (measure.kind !== "intrinsic") return null;
    const values = measure.metrics.map((name) => result.metrics[name] ?? null);
    return someValue({ seed, values, result });
  }

  async #curves(
    jobs: readonly Job[],
    { measure }: Column,
  ): Promise<Pick<MeasuredCell, "curves" | "standIns">> {
    const name = (measure as { curve: keyof JobResult["curves"] }).curve;
    const curves = (await this.#results(jobs)).flatMap((result) => {
      const curve = result.curves[name];
      return curve === undefined ? [] : [{ seed: result.seed, curve, result }];
    });
    return { curves, standIns: [] };
  }

  /** The finished jobs among `jobs`. Also records them, and those that they depend on, in `results`. */
  async #results(jobs: readonly Job[]): Promise<JobResult[]> {
    for (const job of withDependencies(jobs)) {
      const outcome = await this.#outcome(job);
      if (outcome?.status === "done") this.results.set(outcome.address, outcome);
    }
    return jobs.flatMap(({ address }) => this.results.get(address) ?? []);
  }

  async #failures(jobs: readonly Job[]): Promise<JobFailure[]> {
    const outcomes = await Promise.all(withDependencies(jobs).map((job) => this.#outcome(job)));
    return outcomes.filter((outcome) => outcome?.status === "failed") as JobFailure[];
  }

  async #planned(row: Row, column: Column): Promise<PlannedSeed[]> {
    const { plan } = this.#request;
    const planned: PlannedSeed[] = [];
    for (const seed of seedsOfCell(plan, row, column)) {
      const only = { ...plan, seeds: [seed], rowSeeds: {}, finetuneSeeds: undefined };
      const failures = await this.#failures(cellJobs(only, this.#experiment, row, column));
      const diverged = failures.some((failure) => failure.diverged);
      planned.push({
        seed,
        ...(failures.length > 0 && { failed: diverged ? "diverged" : "other" }),
      });
    }
    return planned;
  }

  async #reasonIncomplete(jobs: readonly Job[]): Promise<string | undefined> {
    const outcomes = await Promise.all(jobs.map((job) => this.#outcome(job)));
    const open = outcomes.filter((outcome) => outcome === null).length;
    if (open === 0) return undefined;
    const { plan: { preset } } = this.#request;
    return `${open} of ${jobs.length} runs ${
      open === 1 ? "is" : "are"
    } not finished: albert paper run ${this.#experiment.id} --preset ${preset.name}`;
  }

  #outcome(job: Job): Promise<JobOutcome | null> {
    let outcome = this.#outcomes.get(job.address);
    if (outcome === undefined) {
      this.#outcomes.set(job.address, outcome = this.#request.store.read(job));
    }
    return outcome;
  }
}

/**
 * Mean over the columns that the run has, for the seeds that all of them have; a column with two numbers is averaged first. If some columns are not part of
 * the run, the paper's number is the mean over the others, too.
 */
function averageCell(
  { benchmarks, manifest }: RunPlan,
  of: readonly string[],
  ofRow: readonly MeasuredCell[],
  { paper }: Row,
): Partial<MeasuredCell> {
  const all = of.map((id) => complete(ofRow.find(({ column }) => column.id === id)!));
  const run = all.filter(({ column: { measure } }) =>
    measure.kind === "finetune" && benchmarks.includes(measure.benchmark) &&
    manifest.missing[measure.benchmark] === undefined
  );
  const cells = run.length === 0 ? all : run;
  const absent = cells.filter(({ seeds }) => seeds.length === 0).map(({ column }) => column.label);
  if (absent.length > 0) return { missing: `Requires ${absent.join(", ")}` };
  const shared = cells[0].seeds.filter(({ seed }) =>
    cells.every(({ seeds }) => seeds.some((each) => each.seed === seed))
  );
  const seeds = shared.map(({ seed }) => ({
    seed,
    values: [
      mean(
        cells.map((cell) => mean(completeValues(cell.seeds.find((each) => each.seed === seed)!)!)),
      ),
    ],
  }));
  const standIns = [...new Set(cells.flatMap((cell) => cell.standIns))];
  if (cells.length === all.length) return { seeds, standIns };
  const printed = cells.map(({ column }) => mean(paperNumbers(paper[column.id] ?? "")));
  const over = mean(printed);
  return {
    seeds,
    standIns,
    ...(Number.isFinite(over) && { paper: over.toFixed(1) }),
    missing: `Average of ${cells.map(({ column }) => column.label).join(", ")}, the paper's too`,
  };
}

/** A cell without the seeds that lack some of its numbers. */
function complete(cell: MeasuredCell): MeasuredCell {
  return { ...cell, seeds: cell.seeds.filter((seed) => completeValues(seed) !== null) };
}

/** A seed if it has some of the metrics: RACE has none of an excluded level. */
function someValue(seed: SeedValue): SeedValue | null {
  return seed.values.every((value) => value === null) ? null : seed;
}

/** Why finished jobs do not fill a cell: results of earlier versions do not have all metrics, and RACE has none of an excluded level. */
function reasonWithoutMetrics(
  { measure }: Column,
  seeds: readonly SeedValue[],
): string | undefined {
  if (!("metrics" in measure)) return undefined;
  const few = seeds.length === 0 || seeds.some((seed) => completeValues(seed) === null);
  return few ? `Finished runs have no ${measure.metrics.join(" or no ")}` : undefined;
}

/** The median; null if a run does not have the value. */
function medianOf(values: readonly (number | undefined)[]): number | null {
  return values.includes(undefined) ? null : median(values as number[]);
}

/** Why there are no jobs for a cell; undefined for quoted rows. */
function reasonWithoutJobs(
  plan: RunPlan,
  row: Row,
  column: Column,
): string | undefined {
  const { manifest, benchmarks } = plan;
  const { variation, ensemble } = row;
  const { measure } = column;
  if (variation === undefined || ensemble) return undefined;
  if (measure.kind !== "finetune" && seedsOfCell(plan, row, column).length === 0) {
    return "The row is not part of the run";
  }
  if (measure.kind === "finetune") {
    const { benchmark, metrics } = measure;
    if (metrics.length === 0) return "The test set is not public";
    const reason = manifest.missing[benchmark];
    if (reason !== undefined) return `No data for ${benchmark}: ${reason}`;
    if (!benchmarks.includes(benchmark)) {
      return `${benchmark} is not part of the run; add it with --benchmarks`;
    }
    if (seedsOfCell(plan, row, column).length === 0) {
      return `${benchmark} is not part of the run for this row`;
    }
  }
  if (variation.extraData && manifest.extended === undefined) {
    return `No additional text: ${manifest.missing["text/extra"] ?? "none was provided"}`;
  }
  return "No jobs";
}

/** The value of a counted cell; null if the row has no model. */
function countedCell(
  { preset, manifest }: RunPlan,
  row: Row,
  column: Column,
): Pick<MeasuredCell, "seeds" | "text"> | null {
  const { variation, benchmark } = row;
  const { measure } = column;
  if (measure.kind === "recipe") {
    const value = benchmark === undefined ? undefined : paperRecipe(benchmark)[measure.field];
    return value === undefined ? null : number(value);
  }
  if (variation === undefined) return null;
  switch (measure.kind) {
    case "parameters": {
      const config = measure.size === "paper"
        ? paperConfig(variation)
        : rowConfig(preset, variation, manifest.vocabSize);
      return number(countParameters(encoderSpecs(config)));
    }
    case "config":
      return configCell(row, measure);
    case "cost": {
      const cost = costOf(row);
      return number(measure.of === "memory" ? cost.peakBytes : cost.gradientBytes);
    }
    default:
      return null;
  }
}

/** Whether a column is computed from configurations and recipes, without running jobs. */
function isCounted({ measure }: Column): boolean {
  return ["parameters", "config", "cost", "recipe"].includes(measure.kind);
}

function configCell(
  { variation }: Row,
  { field }: Extract<Measure, { kind: "config" }>,
): Pick<MeasuredCell, "seeds" | "text"> {
  const config = paperConfig(variation!);
  // The column contains whether parameters are shared, not which ones.
  if (field === "share") return { seeds: [], text: config.share === "none" ? "False" : "True" };
  return number(config[field]);
}

/** A step with one example of the paper's length. */
const ONE_EXAMPLE = { batchSize: 1, microBatchSize: 1, sequenceLength: 512, maxPredictions: 77 };

/** Costs by variation: several columns use them, and planning a wide model is slow. */
const costs = new Map<string, StepCost>();

function costOf({ variation }: Row): StepCost {
  const name = JSON.stringify(variation);
  let cost = costs.get(name);
  if (cost === undefined) costs.set(name, cost = stepCost(paperConfig(variation!), ONE_EXAMPLE));
  return cost;
}

function number(value: number): Pick<MeasuredCell, "seeds" | "text"> {
  return { seeds: [{ seed: 0, values: [value] }] };
}
