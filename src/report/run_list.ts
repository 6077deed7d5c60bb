/**
 * Lists of runs: finding run folders, and a summary of each.
 *
 * @module
 */
import { ifAccessible } from "../files/mod.ts";
import { isObject } from "../json/mod.ts";
import { HELD_OUT } from "./quantities.ts";
import type { Difference } from "./run_settings.ts";
import { readRun, type RunRecord } from "./run_record.ts";
import { totalSteps } from "./run_summary.ts";
import { namedDifferences } from "./setting_names.ts";

/** A run in a list. */
export interface RunEntry {
  /** Path of the run folder. */
  readonly path: string;
  /** `pretraining`, or the name of a fine-tuning task. */
  readonly task: string;
  /** Words of `--tags`. */
  readonly tags: readonly string[];
  /** The latest step. */
  readonly step: number;
  /** Number of steps of the schedule; null if `run.json` does not contain it. */
  readonly totalSteps: number | null;
  /** Name of the metric that orders evaluations; null without evaluations. */
  readonly metric: string | null;
  /** Whether its lowest value is the best. */
  readonly lowest: boolean;
  /** Its best value, and the step of it; null without evaluations. */
  readonly best: number | null;
  /** Step of the best value. */
  readonly bestStep: number | null;
  /** All metrics of the best evaluation. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Seed of the run; null if `run.json` does not contain it. */
  readonly seed: number | null;
  /** Seconds of training; 0 if the log does not contain them. */
  readonly seconds: number;
  /** Time of the first logged step, in seconds since 1970; null if there is none. */
  readonly started: number | null;
  /** Size of the folder in bytes. */
  readonly bytes: number;
}

/** A run with its data. */
export interface ListedRun {
  /** What a list shows. */
  readonly summary: RunEntry;
  /** Curves and settings. */
  readonly record: RunRecord;
}

/** Folders below the given ones that are searched. */
const DEPTH = 6;
/** Parts of a run folder. */
const PARTS = /^(checkpoints|predictions|profile|data)$/;

/**
 * Finds the run folders at and below some folders, in the order of their paths. A link to a folder is not followed, and
 * folders below the given ones that cannot be read, such as `lost+found`, are skipped.
 *
 * @throws {Deno.errors.NotFound} if a given folder does not exist
 */
export async function findRuns(folders: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const folder of folders) {
    const path = folder.replace(/(?<=.)[/\\]+$/, "");
    for (const run of await runsBelow(path, DEPTH)) found.add(run);
  }
  return [...found].sort();
}

async function runsBelow(folder: string, depth: number): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  if (entries.some(({ name, isFile }) => name === "run.json" && isFile)) return [folder];
  if (depth === 0) return [];
  const runs: string[] = [];
  for (const { name, isDirectory } of entries) {
    if (!isDirectory || name.startsWith(".") || PARTS.test(name)) continue;
    runs.push(...await ifAccessible(runsBelow(`${folder}/${name}`, depth - 1)) ?? []);
  }
  return runs;
}

/**
 * Reads a run folder for a list.
 *
 * @throws {RunFolderError} if its `run.json` is not valid
 */
export async function listedRun(path: string): Promise<ListedRun> {
  const record = await readRun(path);
  const { settings, primary, bestEvaluation, trainingSeconds } = record;
  const flags = isObject(settings?.flags) ? settings.flags : {};
  const seed = isObject(settings?.settings) ? settings.settings.seed : undefined;
  const total = totalSteps(record);
  const metrics = Object.fromEntries(
    Object.entries(bestEvaluation ?? {}).flatMap(([field, value]): [string, number][] =>
      field.startsWith(HELD_OUT) && typeof value === "number"
        ? [[field.slice(HELD_OUT.length), value]]
        : []
    ),
  );
  const metric = primary === null ? null : primary.field.slice(HELD_OUT.length);
  const summary = {
    path,
    task: record.task,
    tags: Array.isArray(flags.tags) ? flags.tags.map(String) : [],
    step: record.step,
    totalSteps: Number.isFinite(total) ? total : null,
    metric,
    lowest: primary?.lowest ?? false,
    best: metric === null ? null : metrics[metric] ?? null,
    bestStep: bestEvaluation === null ? null : Number(bestEvaluation.step),
    metrics,
    seed: typeof seed === "number" ? seed : null,
    seconds: trainingSeconds,
    started: record.startedAt,
    bytes: await sizeOf(path),
  };
  return { summary, record };
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  // A running training replaces files and folders meanwhile.
  const entries = await ifAccessible(Array.fromAsync(Deno.readDir(folder)));
  for (const { name, isDirectory, isFile } of entries ?? []) {
    const path = `${folder}/${name}`;
    if (isDirectory) bytes += await sizeOf(path);
    else if (isFile) bytes += await Deno.stat(path).then(({ size }) => size, () => 0);
  }
  return bytes;
}

/** The settings in which runs differ, by the names of flags: one value per run. */
export function runDifferences(runs: readonly ListedRun[]): Difference[] {
  return namedDifferences(runs.map(({ record }) => record));
}

/** Orders runs by task and, within a task, from the best to the worst. Runs without evaluations come last. */
export function byBest(a: RunEntry, b: RunEntry): number {
  if (a.task !== b.task) return a.task < b.task ? -1 : 1;
  if (a.metric !== b.metric || a.best === null || b.best === null) {
    return Number(a.best === null) - Number(b.best === null) || (a.path < b.path ? -1 : 1);
  }
  return (a.best - b.best) * (a.lowest ? 1 : -1) || (a.path < b.path ? -1 : 1);
}
