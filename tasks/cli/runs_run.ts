/**
 * The work of `albert runs`, and the tables that `albert search` prints.
 *
 * @module
 */
import { formatBytes, formatCount } from "../../src/json/mod.ts";
import {
  byBest,
  findRuns,
  formatDuration,
  formatNumber,
  type ListedRun,
  listedRun,
  runDifferences,
  type RunEntry,
} from "../../src/report/mod.ts";
import { RunFolderError } from "../../src/runs/disk.ts";
import { UsageError } from "./errors.ts";
import { printNotice } from "./progress.ts";

interface RunsFlags {
  readonly compare?: boolean;
  readonly tags?: readonly string[];
  readonly sort: "best" | "name" | "started" | "time" | "size";
  readonly json?: boolean;
}

/** Where runs are searched for without any folder. */
const DEFAULT_FOLDER = "runs";

const ORDERS: Readonly<Record<RunsFlags["sort"], (a: RunEntry, b: RunEntry) => number>> = {
  best: byBest,
  name: (a, b) => a.path < b.path ? -1 : 1,
  started: (a, b) => (b.started ?? 0) - (a.started ?? 0),
  time: (a, b) => b.seconds - a.seconds,
  size: (a, b) => b.bytes - a.bytes,
};

/** Finds the run folders of some folders. */
async function runPaths(places: readonly string[]): Promise<string[]> {
  for (const place of places) {
    const stat = await Deno.stat(place).catch(() => undefined);
    if (stat?.isDirectory) continue;
    const problem = stat === undefined ? "does not exist" : "is not a folder";
    throw new Error(`${place} ${problem}; albert runs FOLDER lists the run folders in FOLDER`);
  }
  const runs = await findRuns(places);
  for (const place of runs.length === 0 ? [] : places) {
    const path = place.replace(/(?<=.)[/\\]+$/, "");
    if (runs.some((run) => run === path || run.startsWith(`${path}/`))) continue;
    printNotice(`albert: ${place} has no run folder, which contains run.json; it is not listed`);
  }
  return runs;
}

/** Reads run folders. A damaged one is reported and left out, unless there is no other. */
async function readRuns(paths: readonly string[]): Promise<ListedRun[]> {
  const runs: ListedRun[] = [];
  const damaged: Error[] = [];
  for (const path of paths) {
    try {
      runs.push(await listedRun(path));
    } catch (error) {
      if (!(error instanceof RunFolderError)) throw error;
      damaged.push(error);
    }
  }
  if (runs.length === 0 && damaged.length > 0) throw damaged[0];
  for (const { message } of damaged) printNotice(`albert: ${message}; it is not listed`);
  return runs;
}

/** Prints the runs of some folders. */
export async function listRuns(flags: RunsFlags, folders: readonly string[]): Promise<void> {
  const places = folders.length === 0 ? [DEFAULT_FOLDER] : folders;
  const runs = await readRuns(await runPaths(places));
  const wanted = flags.tags ?? [];
  const chosen = runs
    .filter(({ summary }) => wanted.every((tag) => summary.tags.includes(tag)))
    .sort((a, b) => ORDERS[flags.sort](a.summary, b.summary));
  if (chosen.length === 0) {
    const tagged = wanted.length > 0 ? ` with the tags ${wanted.join(", ")}` : "";
    throw new Error(`${places.join(", ")}: no run folders${tagged} found`);
  }
  if (flags.compare && chosen.length < 2) {
    throw new UsageError(`--compare needs at least two runs (found ${chosen[0].summary.path})`);
  }
  if (flags.json) {
    const summaries = chosen.map(({ summary }) => summary);
    const differences = flags.compare ? { differences: runDifferences(chosen) } : {};
    return console.log(JSON.stringify({ runs: summaries, ...differences }));
  }
  console.log(flags.compare ? comparison(chosen) : list(chosen.map(({ summary }) => summary)));
}

/** Formats one line per run. */
export function list(runs: readonly RunEntry[]): string {
  const tagged = runs.some(({ tags }) => tags.length > 0);
  const heading = ["run", "task", "steps", "best", "", "time", "size", "started"];
  const rows = runs.map((run) => [
    run.path,
    run.task,
    stepsOf(run),
    run.metric ?? "",
    bestOf(run),
    run.seconds > 0 ? formatDuration(run.seconds) : "",
    formatBytes(run.bytes),
    run.started === null
      ? ""
      : new Date(1000 * run.started).toISOString().slice(0, 16).replace("T", " "),
  ]);
  return table(
    tagged
      ? [[...heading, "tags"], ...rows.map((row, i) => [...row, runs[i].tags.join(" ")])]
      : [heading, ...rows],
  );
}

/** Formats the metrics of runs and the settings that differ, one column per run. */
function comparison(runs: readonly ListedRun[]): string {
  const summaries = runs.map(({ summary }) => summary);
  const names = [...new Set(summaries.flatMap(({ metrics }) => Object.keys(metrics)))];
  const metrics = names.map((name) => [
    name,
    ...summaries.map(({ metrics }) => name in metrics ? formatNumber(metrics[name]) : "–"),
  ]);
  const settings = runDifferences(runs).map(({ path, values }) => [path, ...values]);
  const part = (heading: string, rows: string[][]) => rows.length === 0 ? [] : [[heading], ...rows];
  return table([
    ["", ...summaries.map(({ path }) => path)],
    ["steps", ...summaries.map(stepsOf)],
    ...part("best evaluation", metrics),
    ...part("settings", settings),
  ]);
}

function stepsOf({ step, totalSteps }: RunEntry): string {
  return totalSteps === null || step >= totalSteps
    ? formatCount(step)
    : `${formatCount(step)} of ${formatCount(totalSteps)}`;
}

function bestOf({ best, bestStep }: RunEntry): string {
  return best === null ? "" : `${formatNumber(best)} at ${formatCount(bestStep!)}`;
}

/** Aligns columns. */
function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map(({ length }) => length));
  const widths = Array.from(
    { length: columns },
    (_, i) => Math.max(...rows.map((row) => row.length === 1 ? 0 : [...row[i] ?? ""].length)),
  );
  const pad = (text: string, width: number) =>
    text + " ".repeat(Math.max(width - [...text].length, 0));
  return rows.map((row) => row.map((text, i) => pad(text, widths[i])).join("  ").trimEnd())
    .join("\n");
}
