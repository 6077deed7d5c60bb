/**
 * What `albert paper run` does once its flags are read.
 *
 * @module
 */
import settingsFile from "../../../deno.json" with { type: "json" };
import { type Device, openDevice } from "../../../src/device/mod.ts";
import {
  committedCells,
  jobCost,
  jobsOf,
  type JobsSummary,
  JobStore,
  LocalRunner,
  MANIFEST_FILE,
  notePaperRun,
  type PaperRun,
  parseShard,
  preparePaperData,
  runJobs,
  type RunnerSetting,
  shardJobs,
  WorkerRunner,
} from "../../../src/paper/disk.ts";
import { paperPreset } from "../../../src/paper/mod.ts";
import { onInterrupt } from "../interrupt.ts";
import { parseDuration } from "../pretrain/request.ts";
import { usage, UsageError } from "../run_flags.ts";
import { benchmarksOf, experimentsOf, seedsOf } from "./flags.ts";
import { JobProgress } from "./job_progress.ts";
import { resultsFolder } from "./results_folder.ts";
import type { PaperRunFlags } from "./run.ts";

/** A longer timer ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Prepares data, runs what is not done, says what came of it. */
export async function runPaper(flags: PaperRunFlags, words: readonly string[]): Promise<void> {
  const { output, jobs: threads, quiet } = flags;
  const say = (line: string) => quiet || console.error(line);
  const experiments = experimentsOf(words);
  const preset = paperPreset(flags.preset);
  const seeds = seedsOf(flags, experiments);
  const benchmarks = benchmarksOf(flags, preset);
  const shard = flags.shard === undefined ? null : usage(() => parseShard(flags.shard!));
  if (threads < 1) throw new UsageError(`--jobs must be at least 1, got ${threads}`);
  const deadline = flags.maxTime === undefined
    ? Infinity
    : performance.now() + parseDuration(flags.maxTime);
  if (flags.data === undefined && preset.name !== "smoke") {
    throw new UsageError(
      `--data is missing: the preset ${preset.name} needs a folder with text, glue, squad and race`,
    );
  }
  const prepared = await preparePaperData({
    output,
    data: flags.data,
    preset,
    seed: flags.seed,
    standIns: flags.standIn ?? [],
    without: flags.without ?? [],
    say,
  });
  const device = await openDevice({ device: flags.device, onNotice: say });
  const committed = await resultsFolder(flags);
  const asked: PaperRun = {
    preset: preset.name,
    device: device.description.kind,
    benchmarks,
    finetuneRuns: flags.finetuneRuns,
    seeds,
  };
  const { manifest } = prepared;
  for (const [part, reason] of Object.entries(manifest.missing)) say(`without ${part}: ${reason}`);
  await notePaperRun(output, asked);
  if (committed !== undefined) await keepBeside(committed, output, asked);
  const all = jobsOf(asked, manifest);
  const jobs = shard === null ? all : shardJobs(all, shard, jobCost);
  const store = new JobStore(output, committedCells({ output, committed }));
  let stop = false;
  const stopRequested = () => stop || performance.now() > deadline;
  const setting: RunnerSetting = {
    device: device.description.kind,
    output,
    prepared,
    preset: preset.name,
    toolkit: settingsFile.version,
    provenance: { deno: Deno.version.deno },
    keepModels: flags.keepModels === true,
  };
  const progress = new JobProgress(quiet === true, threads, stopRequested);
  const runners = await openRunners(setting, threads, device, {
    stopRequested,
    progress: progress.stepped,
  });
  const endInterrupt = onInterrupt(() => {
    stop = true;
    for (const runner of runners) if (runner instanceof WorkerRunner) runner.stop();
    progress.say("stopping and saving; again to quit at once");
  });
  const watch = deadline === Infinity ? undefined : setTimeout(() => {
    for (const runner of runners) if (runner instanceof WorkerRunner) runner.stop();
  }, Math.min(deadline - performance.now(), LONGEST_TIMER_MS));
  try {
    report(flags, await runJobs(jobs, store, runners, progress));
  } finally {
    endInterrupt();
    clearTimeout(watch);
    for (const runner of runners) {
      if (runner instanceof LocalRunner) await runner.close();
      else (runner as WorkerRunner).end();
    }
  }
}

async function openRunners(
  setting: RunnerSetting,
  threads: number,
  device: Device,
  watcher: Parameters<typeof LocalRunner.open>[1],
): Promise<(LocalRunner | WorkerRunner)[]> {
  if (threads === 1) return [await LocalRunner.open(setting, watcher, device)];
  // Each thread opens its own.
  await device.destroy();
  return Array.from({ length: threads }, () => new WorkerRunner(setting, watcher.progress));
}

/** Beside committed results goes what they are of. */
async function keepBeside(committed: string, output: string, asked: PaperRun): Promise<void> {
  await notePaperRun(committed, asked);
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
