/**
 * What `albert paper plan` does once its flags are read.
 *
 * @module
 */
import { openDevice } from "../../../src/device/mod.ts";
import {
  type DataManifest,
  jobCost,
  jobsOf,
  JobStore,
  measureSpeeds,
  officialManifest,
  openPaperRun,
  type PaperPlan,
  parseShard,
  planJobs,
  shardJobs,
} from "../../paper/disk.ts";
import type { Job } from "../../paper/disk.ts";
import { paperPreset } from "../../paper/mod.ts";
import { usage, UsageError } from "../errors.ts";
import { flopText } from "./experiment_list.ts";
import { benchmarksOf, experimentsOf, seedsOf } from "./flags.ts";
import type { PaperPlanFlags } from "../paper.ts";

/** Counts jobs, measures the device, prints what comes of both. */
export async function planPaper(flags: PaperPlanFlags, words: readonly string[]): Promise<void> {
  const say = (line: string) => flags.quiet || console.error(line);
  const experiments = experimentsOf(words);
  const preset = paperPreset(flags.preset);
  const seeds = seedsOf(flags, experiments);
  const benchmarks = benchmarksOf(flags, preset);
  const shard = flags.shard === undefined ? null : usage(() => parseShard(flags.shard!));
  const device = await openDevice({ device: flags.device, blas: flags.blas, onNotice: say });
  try {
    const earlier = flags.output === undefined
      ? null
      : await openPaperRun({ output: flags.output });
    const manifest: DataManifest = earlier?.manifest ?? officialManifest(preset.vocabSize);
    const all = jobsOf({
      preset: preset.name,
      device: device.description.kind,
      benchmarks,
      finetuneRuns: flags.finetuneRuns,
      seeds,
    }, manifest);
    const own = shard === null ? all : shardJobs(all, shard, jobCost);
    const open = flags.output === undefined ? own : await undone(own, new JobStore(flags.output));
    const { ranks, bandwidth } = flags;
    if (ranks !== undefined && !(ranks >= 1 && bandwidth! > 0)) {
      throw new UsageError("--ranks must be at least 1 and --bandwidth more than 0");
    }
    const network = ranks === undefined ? undefined : { ranks, bytesPerSecond: bandwidth! * 1e9 };
    const speeds = flags.measure ? await measureSpeeds(device, open, say) : null;
    const plan = planJobs(open, speeds, network);
    if (flags.json) console.log(JSON.stringify({ done: all.length - open.length, ...plan }));
    else for (const line of planLines(plan, own.length - open.length, ranks)) console.log(line);
  } finally {
    await device.destroy();
  }
}

async function undone(jobs: readonly Job[], store: JobStore): Promise<Job[]> {
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
    line("memory", `${gigabytes(peakBytes)} in the largest step`),
    line("disk", gigabytes(diskBytes)),
    ...(hours === null ? [] : [line("time", `${timeText(hours)} on one device like this`)]),
    ...(rankedHours === null
      ? []
      : [line("", `${timeText(rankedHours)} of pretraining on ${ranks} devices`)]),
  ];
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(3)} GB`;
}

function timeText(hours: number): string {
  if (hours < 1) return `${(60 * hours).toPrecision(2)} minutes`;
  return hours < 100 ? `${hours.toFixed(1)} hours` : `${Math.round(hours / 24)} days`;
}
