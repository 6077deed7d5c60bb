/**
 * From results to the cells of a table.
 *
 * @module
 */
import type { Column, Experiment, Row } from "../experiment.ts";
import type { Job } from "../jobs/job.ts";
import {
  cellJobs,
  finetuneJobs,
  modelJob,
  rowThroughputJob,
  type RunPlan,
  seedsOfRow,
} from "../jobs/row_jobs.ts";
import { withDependencies } from "../jobs/job.ts";
import type { JobStore } from "../jobs/store.ts";
import type {
  JobFailure,
  JobOutcome,
  JobResult,
  MeasuredCell,
  MeasuredExperiment,
  SeedValue,
} from "../result.ts";
import { mean, median } from "../statistics.ts";
import { countedCell, isCounted } from "./counted.ts";
import { whyAbsent } from "./missing.ts";

/** Which checkpoint of a finetuning counts: the best on the development set, as in the paper, or the last. */
export type Selection = "best" | "last";

/** What cells are filled from. */
export interface FillRequest {
  readonly plan: RunPlan;
  readonly store: JobStore;
  readonly selection: Selection;
}

/** An experiment with everything that is done of it. */
export async function fillExperiment(
  request: FillRequest,
  experiment: Experiment,
): Promise<MeasuredExperiment> {
  const filler = new Filler(request, experiment);
  const cells: MeasuredCell[] = [];
  for (const row of experiment.rows) {
    // Averages come from the other cells of the row.
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
    // Somebody else's model, of which there is only what the paper quotes.
    if (row.variation === undefined && row.benchmark === undefined) return empty;
    const { plan } = this.#request;
    if (isCounted(column)) {
      const counting = { preset: plan.preset, vocabSize: plan.manifest.vocabSize };
      return { ...empty, ...countedCell(counting, row, column) };
    }
    if (column.measure.kind === "average") {
      return { ...empty, ...averageCell(column.measure.of, ofRow) };
    }
    const jobs = cellJobs(plan, this.#experiment, row, column);
    const missing = jobs.length === 0
      ? whyAbsent(plan, row, column)
      : await this.#whyIncomplete(jobs);
    const failures = await this.#failures(jobs);
    const cell = { ...empty, failures, ...(missing !== undefined && { missing }) };
    if (column.measure.kind === "curve") return { ...cell, ...await this.#curves(jobs, column) };
    const seeds = await this.#seedValues(row, column);
    const standIns = new Set(seeds.flatMap(({ result }) => result?.standIns ?? []));
    return { ...cell, seeds, standIns: [...standIns] };
  }

  async #seedValues(row: Row, column: Column): Promise<SeedValue[]> {
    const values: SeedValue[] = [];
    for (const seed of seedsOfRow(this.#request.plan, row)) {
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
    if (measure.kind === "speed-up") return await this.#speedUp(row, seed);
    if (measure.kind === "finetune") {
      const jobs = finetuneJobs(plan, this.#experiment, row, measure.benchmark, seed);
      const runs = await this.#results(jobs);
      if (runs.length === 0 || runs.length < jobs.length) return null;
      const names = measure.metrics.map((name) => selection === "last" ? `last_${name}` : name);
      const values = names.map((name) => medianOf(runs.map(({ metrics }) => metrics[name])));
      // A column may ask for more than there is: RACE's levels, where one is left out.
      const there = values.filter((value) => value !== undefined);
      return there.length === 0 ? null : { seed, values: there, result: runs[0] };
    }
    const job = modelJob(plan, this.#experiment, row, seed);
    const [result] = await this.#results(job === null ? [] : [job]);
    if (result === undefined) return null;
    if (measure.kind === "training") {
      const value = measure.of === "steps" ? result.steps : result.trainingSeconds / 3600;
      return { seed, values: [value], result };
    }
    if (measure.kind !== "intrinsic") return null;
    const values = measure.metrics.map((name) => result.metrics[name])
      .filter((value) => value !== undefined);
    return values.length === 0 ? null : { seed, values, result };
  }

  /** Throughput over BERT-large's, both on one adapter. */
  async #speedUp(row: Row, seed: number): Promise<SeedValue | null> {
    const { plan } = this.#request;
    const baseline = { ...row, variation: { model: "bert-large" as const } };
    const jobs = [row, baseline].map((each) => rowThroughputJob(plan, each, seed)!);
    const [own, base] = await this.#results(jobs);
    if (own === undefined || base === undefined) return null;
    if (own.device.adapter !== base.device.adapter) return null;
    const speed = ({ metrics }: JobResult) => metrics.examples_per_second;
    return { seed, values: [speed(own) / speed(base)], result: own };
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

  /** The finished among jobs; kept, with the controls and models that they come from. */
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

  async #whyIncomplete(jobs: readonly Job[]): Promise<string | undefined> {
    const outcomes = await Promise.all(jobs.map((job) => this.#outcome(job)));
    const left = outcomes.filter((outcome) => outcome === null).length;
    if (left === 0) return undefined;
    const { plan: { preset } } = this.#request;
    return `${left} of ${jobs.length} runs are not done: albert paper run ${this.#experiment.id} --preset ${preset.name}`;
  }

  #outcome(job: Job): Promise<JobOutcome | null> {
    let outcome = this.#outcomes.get(job.address);
    if (outcome === undefined) {
      this.#outcomes.set(job.address, outcome = this.#request.store.read(job));
    }
    return outcome;
  }
}

/** Mean over columns of the seeds that all of them have, F1 and exact match averaged first. */
function averageCell(
  of: readonly string[],
  ofRow: readonly MeasuredCell[],
): Partial<MeasuredCell> {
  const cells = of.map((id) => ofRow.find(({ column }) => column.id === id)!);
  const absent = cells.filter(({ seeds }) => seeds.length === 0).map(({ column }) => column.label);
  if (absent.length > 0) return { missing: `It needs ${absent.join(", ")}` };
  const shared = cells[0].seeds.filter(({ seed }) =>
    cells.every(({ seeds }) => seeds.some((each) => each.seed === seed))
  );
  const seeds = shared.map(({ seed }) => ({
    seed,
    values: [
      mean(cells.map((cell) => mean(cell.seeds.find((each) => each.seed === seed)!.values))),
    ],
  }));
  return { seeds, standIns: [...new Set(cells.flatMap(({ standIns }) => standIns))] };
}

/** The median; undefined if a run does not have the value. */
function medianOf(values: readonly (number | undefined)[]): number | undefined {
  return values.includes(undefined) ? undefined : median(values as number[]);
}
