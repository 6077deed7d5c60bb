/**
 * The work of `albert paper list`, `plan` and `status`, and the experiments that flags select.
 *
 * @module
 */
import { type DeviceName, openDevice, type OpenDeviceOptions } from "../../src/device/mod.ts";
import { formatBytes, formatCount } from "../../src/json/mod.ts";
import {
  type DataManifest,
  experimentJobs,
  type Job,
  jobCost,
  jobsOf,
  JobStore,
  measureSpeeds,
  officialManifest,
  openPaperRun,
  type PaperPlan,
  type PaperRun,
  paperStatus,
  parseShard,
  planJobs,
  shardJobs,
  withDependencies,
} from "../paper/disk.ts";
import {
  type BenchmarkId,
  BENCHMARKS,
  type Experiment,
  EXPERIMENTS,
  findExperiments,
  PAPER_PRESETS,
  paperPreset,
  type Preset,
} from "../paper/mod.ts";
import { usage, UsageError } from "./errors.ts";
import type { GlobalFlags } from "./options.ts";
import type { ExperimentFlags, PaperPlanFlags } from "./paper.ts";
import { resultsFolderOf } from "./paper_report.ts";
import { printNotice } from "./progress.ts";

/**
 * Returns the experiments that the arguments name.
 *
 * @throws {UsageError} for no experiment, or an unknown one.
 */
export function experimentsOf(words: readonly string[]): readonly Experiment[] {
  if (words.length === 0) {
    throw new UsageError("Expected names of experiments: table-4 table-5, figure-1, or all");
  }
  return usage(() => findExperiments(words));
}

/**
 * Returns what the flags select: preset, rows, seeds and benchmarks.
 *
 * @throws {UsageError} for an unknown row or benchmark, or less than one seed.
 */
export function requestOf(
  flags: ExperimentFlags,
  experiments: readonly Experiment[],
): Omit<PaperRun, "device"> {
  const preset = paperPreset(flags.preset);
  const seeds = seedsOf(flags, experiments);
  const benchmarks = (name: string) =>
    benchmarksOf(flags, preset, experiments.find(({ id }) => id === name.split("/")[0])!);
  const finetuneSeeds = Object.fromEntries(
    Object.entries(seeds).flatMap(([name, own]) =>
      benchmarks(name).map((benchmark) => [`${name} ${benchmark}`, own])
    ),
  );
  return {
    preset: preset.name,
    benchmarks: [...new Set(experiments.flatMap(({ id }) => benchmarks(id)))],
    finetuneRuns: flags.finetuneRuns,
    seeds,
    finetuneSeeds,
  };
}

/** The benchmarks of an experiment: those of the flags, those of the pilot's columns, or the preset's. */
function benchmarksOf(
  { benchmarks }: ExperimentFlags,
  preset: Preset,
  { id, columns }: Experiment,
): readonly BenchmarkId[] {
  if (preset.stories !== undefined) {
    const others = (benchmarks ?? []).filter((name) =>
      !["none", ...preset.benchmarks].includes(name)
    );
    const [what, fix] = id === "pilot"
      ? ["pilot", "omit it"]
      : others.length > 0
      ? [`--benchmarks ${others.join(" ")}`, `use none or ${preset.benchmarks.join(" ")}`]
      : [];
    if (what !== undefined) {
      throw new UsageError(
        `The preset ${preset.name} does not have the data of ${what}, because its text is generated; ${fix}, or choose another preset`,
      );
    }
  }
  if (benchmarks === undefined && id === "pilot") {
    return columns.flatMap(({ measure }) => measure.kind === "finetune" ? measure.benchmark : []);
  }
  if (benchmarks === undefined) return preset.benchmarks;
  if (benchmarks.length === 1 && benchmarks[0] === "none") return [];
  const unknown = benchmarks.find((name) => !(BENCHMARKS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--benchmarks must be none, or names of ${BENCHMARKS.join(", ")} (got ${unknown})`,
    );
  }
  return BENCHMARKS.filter((name) => benchmarks.includes(name));
}

/** Returns the seeds of every cell by experiment, or by row if only some rows are selected. */
function seedsOf(
  flags: ExperimentFlags,
  experiments: readonly Experiment[],
): Record<string, number[]> {
  const { rows } = flags;
  const seeds = seedList(flags);
  if (rows === undefined) return Object.fromEntries(experiments.map(({ id }) => [id, seeds]));
  const known = experiments.flatMap((each) => each.rows.map((row) => [each.id, row.id] as const));
  const unknown = rows.find((name) => !known.some(([, row]) => row === name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--rows must be names of ${known.map(([, row]) => row).join(", ")} (got ${unknown})`,
    );
  }
  return Object.fromEntries(
    known.filter(([, row]) => rows.includes(row)).map(([id, row]) => [`${id}/${row}`, seeds]),
  );
}

function seedList({ seed, seeds }: ExperimentFlags): number[] {
  return Array.from({ length: seeds }, (_, i) => seed + i);
}

/** Prints every experiment with its cost for one seed at each preset, assuming official data. */
export function listExperiments(flags: GlobalFlags): void {
  const sizes = PAPER_PRESETS.map((preset) => ({ preset, manifest: officialManifest(preset) }));
  const list = EXPERIMENTS.map((experiment) => ({
    id: experiment.id,
    title: experiment.title,
    question: experiment.question,
    costs: sizes.map((size) => costOf(experiment, size)),
  }));
  if (flags.json) return console.log(JSON.stringify(list, null, 2));
  for (const { id, title, question, costs } of list) {
    console.log(`${id.padEnd(10)} ${title}`);
    console.log(`           ${question}`);
    console.log(`           ${costs.map(({ preset, text }) => `${preset}: ${text}`).join("; ")}`);
  }
}

function costOf(
  experiment: Experiment,
  { preset, manifest }: { readonly preset: Preset; readonly manifest: DataManifest },
) {
  const jobs = withDependencies(experimentJobs({
    preset,
    device: "cpu",
    seeds: [42],
    finetuneRuns: 1,
    benchmarks: preset.benchmarks,
    manifest,
  }, experiment));
  const flops = jobs.reduce((sum, job) => sum + jobCost(job), 0);
  const text = jobs.length > 0
    ? `${formatCount(jobs.length, "run")}, ${flopText(flops)}`
    : "computed";
  return { preset: preset.name, jobs: jobs.length, flops, text };
}

/** Prints the jobs of a folder: done, running, failed, open. */
export async function printStatus(
  flags: GlobalFlags & { readonly output: string; readonly results?: string },
): Promise<void> {
  const { output } = flags;
  const status = await paperStatus({ output, committed: await resultsFolderOf(flags) });
  if (flags.json) return console.log(JSON.stringify(status, null, 2));
  const { preset, counts, running, failed } = status;
  console.log(
    `${preset}: ${counts.done} of ${counts.jobs} jobs done, ${running.length} running, ${failed.length} failed, ${counts.open} open`,
  );
  for (const { label, step, steps } of running) {
    console.log(`running  ${label}${steps === null ? "" : `, step ${step} of ${steps}`}`);
  }
  for (const { label, error, log } of failed) {
    console.log(`failed   ${label}: ${error} (${output}/${log})`);
  }
}

/** Returns the options that open the device of a command: `auto` is the device of the folder's earlier runs. */
export function deviceOf(
  { device, blas }: Pick<GlobalFlags, "device" | "blas">,
  earlier: PaperRun | null,
): Pick<OpenDeviceOptions, "device" | "blas"> {
  if (device !== "auto" || earlier === null) return { device, blas };
  return { device: earlier.device as DeviceName, blas: blas ?? earlier.blas ?? "none" };
}

/** Prints what experiments need, with hours if the device may be benchmarked. */
export async function planPaper(flags: PaperPlanFlags, words: readonly string[]): Promise<void> {
  const log = (line: string) => flags.quiet || printNotice(line);
  const experiments = experimentsOf(words);
  const preset = paperPreset(flags.preset);
  const request = requestOf(flags, experiments);
  const shard = flags.shard === undefined ? null : usage(() => parseShard(flags.shard!));
  const earlier = flags.output === undefined ? null : await openPaperRun({ output: flags.output });
  const device = await openDevice({ ...deviceOf(flags, earlier?.run ?? null), onNotice: log });
  try {
    const manifest: DataManifest = earlier?.manifest ?? officialManifest(preset);
    const all = jobsOf({ ...request, device: device.description.kind }, manifest);
    const own = shard === null ? all : shardJobs(all, shard, jobCost);
    const open = flags.output === undefined ? own : await openJobs(own, new JobStore(flags.output));
    const { ranks, bandwidth } = flags;
    if (ranks !== undefined && !(bandwidth! > 0)) {
      throw new UsageError(`--bandwidth must be positive (got ${bandwidth})`);
    }
    const network = ranks === undefined ? undefined : { ranks, bytesPerSecond: bandwidth! * 1e9 };
    const speeds = flags.measure ? await measureSpeeds(device, open, log) : null;
    const plan = planJobs(open, speeds, network);
    const done = own.length - open.length;
    if (flags.json) console.log(JSON.stringify({ done, ...plan }));
    else for (const line of planLines(plan, done, ranks)) console.log(line);
  } finally {
    await device.destroy();
  }
}

async function openJobs(jobs: readonly Job[], store: JobStore): Promise<Job[]> {
  const outcomes = await Promise.all(jobs.map((job) => store.read(job)));
  return jobs.filter((_, i) => outcomes[i]?.status !== "done");
}

function planLines(
  { jobs, flops, peakBytes, diskBytes, hours, rankedHours }: PaperPlan,
  done: number,
  ranks: number | undefined,
): string[] {
  const kinds = Object.entries(jobs).map(([kind, count]) => `${count} × ${kind}`).join(", ");
  const line = (name: string, value: string) => `${name.padEnd(12)} ${value}`;
  return [
    line("jobs", `${kinds || "none"}${done > 0 ? ` (${done} more are done)` : ""}`),
    line("arithmetic", flopText(flops)),
    line("memory", `${formatBytes(peakBytes)} in the largest step`),
    line("disk", formatBytes(diskBytes)),
    ...(hours === null ? [] : [line("time", `${timeText(hours)} on one device like this`)]),
    ...(rankedHours === null
      ? []
      : [line("", `${timeText(rankedHours)} of pretraining on ${ranks} devices`)]),
  ];
}

/** `1.2 PFLOP`. */
function flopText(flops: number): string {
  const units = ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP", "ZFLOP", "YFLOP"];
  const power = Math.min(Math.floor(Math.log10(Math.max(flops, 1)) / 3), units.length - 1);
  return `${(flops / 1000 ** power).toPrecision(3)} ${units[power]}`;
}

function timeText(hours: number): string {
  if (hours < 1) return `${(60 * hours).toPrecision(2)} minutes`;
  return hours < 100 ? `${hours.toFixed(1)} hours` : `${Math.round(hours / 24)} days`;
}
