/**
 * What `albert paper run` does once its flags are read.
 *
 * @module
 */
import settingsFile from "../../../deno.json" with { type: "json" };
import { openDevice } from "../../../src/device/mod.ts";
import {
  committedCells,
  jobCost,
  jobsOf,
  type JobsSummary,
  JobStore,
  MANIFEST_FILE,
  type PaperRun,
  parseShard,
  preparePaperData,
  recordPaperRun,
  runJobs,
  Runners,
  type RunnerSettings,
  shardJobs,
} from "../../paper/disk.ts";
import { paperPreset } from "../../paper/mod.ts";
import { onInterrupt } from "../interrupt.ts";
import { parseDuration } from "../pretrain/request.ts";
import { usage, UsageError } from "../errors.ts";
import { benchmarksOf, experimentsOf, seedsOf } from "./flags.ts";
import { JobProgress } from "./job_progress.ts";
import { resultsFolder } from "./results_folder.ts";
import type { PaperRunFlags } from "../paper.ts";

/** A longer timer would go off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Prepares data, runs what is not done, says what came of it. */
export async function runPaper(flags: PaperRunFlags, words: readonly string[]): Promise<void> {
  const { output, jobs: threads, quiet } = flags;
  const experiments = experimentsOf(words);
  const preset = paperPreset(flags.preset);
  const request = {
    preset: preset.name,
    benchmarks: benchmarksOf(flags, preset),
    finetuneRuns: flags.finetuneRuns,
    seeds: seedsOf(flags, experiments),
  };
  const shard = flags.shard === undefined ? null : usage(() => parseShard(flags.shard!));
  const deadline = deadlineOf(flags);
  if (threads < 1) throw new UsageError(`--jobs must be at least 1, got ${threads}`);
  if (flags.data === undefined && preset.name !== "smoke") {
    throw new UsageError(
      `--data is missing: the preset ${preset.name} needs a folder with text, glue, squad and race`,
    );
  }
  let stop = false;
  const stopRequested = () => stop || performance.now() > deadline;
  const progress = new JobProgress(quiet === true, threads, stopRequested);
  const prepared = await preparePaperData({
    output,
    data: flags.data,
    preset,
    seed: flags.seed,
    standIns: flags.standIn ?? [],
    without: flags.without ?? [],
    log: progress.say,
  });
  const { manifest } = prepared;
  for (const [part, reason] of Object.entries(manifest.missing)) {
    progress.say(`without ${part}: ${reason}`);
  }
  const device = await openDevice({
    device: flags.device,
    blas: flags.blas,
    onNotice: progress.say,
  });
  const { kind } = device.description;
  const asked: PaperRun = { ...request, device: kind };
  const committed = await resultsFolder(flags);
  await recordPaperRun(output, asked);
  if (committed !== undefined) await keepBeside(committed, output, asked);
  const all = jobsOf(asked, manifest);
  const jobs = shard === null ? all : shardJobs(all, shard, jobCost);
  const store = new JobStore(output, committedCells({ output, committed }));
  const settings: RunnerSettings = {
    device: kind,
    blas: flags.blas,
    output,
    prepared,
    preset: preset.name,
    toolkit: settingsFile.version,
    provenance: { deno: Deno.version.deno },
    keepModels: flags.keepModels === true,
  };
  const watcher = { stopRequested, progress: progress.stepped };
  const runners = await Runners.open(settings, threads, device, watcher);
  const endInterrupt = onInterrupt(() => {
    stop = true;
    runners.stop();
    progress.say("stopping and saving; again to quit at once");
  });
  const left = Math.min(deadline - performance.now(), LONGEST_TIMER_MS);
  const timer = setTimeout(() => runners.stop(), left);
  try {
    report(flags, await runJobs(jobs, store, runners.list, progress));
  } finally {
    clearTimeout(timer);
    endInterrupt();
    await runners.close();
  }
}

/** When to save and stop, on the clock of `performance`. */
function deadlineOf({ maxTime }: PaperRunFlags): number {
  return maxTime === undefined ? Infinity : performance.now() + parseDuration(maxTime);
}

/** Beside committed results goes what they are of. */
async function keepBeside(committed: string, output: string, asked: PaperRun): Promise<void> {
  await recordPaperRun(committed, asked);
  await Deno.copyFile(`${output}/${MANIFEST_FILE}`, `${committed}/${MANIFEST_FILE}`);
}

function report({ output, json, preset, quiet }: PaperRunFlags, summary: JobsSummary): void {
  const { done, ran, failures, blocked, left } = summary;
  if (json) console.log(JSON.stringify({ done, ran, failed: failures.length, blocked, left }));
  else if (!quiet) {
    console.error(
      `${done} jobs done (${ran} now), ${failures.length} failed, ${blocked} left out behind them, ${left} left`,
    );
    for (const { label, error, log } of failures) {
      console.error(`failed: ${label}: ${error}; see ${output}/${log}`);
    }
    if (left > 0) {
      console.error(
        `go on with the same command: albert paper run … --preset ${preset} --output ${output}`,
      );
    }
  }
  if (failures.length > 0) Deno.exitCode = 1;
}
