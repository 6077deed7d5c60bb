/**
 * `albert paper list` and `albert paper status`.
 *
 * @module
 */
import {
  experimentJobs,
  jobCost,
  officialManifest,
  paperStatus,
  withDependencies,
} from "../../paper/disk.ts";
import { EXPERIMENTS, PAPER_PRESETS } from "../../paper/mod.ts";
import type { GlobalFlags } from "../options.ts";

/** An experiment in a list. */
export interface ListedExperiment {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** One seed of it at every preset. */
  readonly costs: readonly ListedCost[];
}

/** What an experiment costs at a size. */
export interface ListedCost {
  readonly preset: string;
  readonly jobs: number;
  /** Floating point operations. */
  readonly flops: number;
  /** `42 runs, 1.2 PFLOP`. */
  readonly text: string;
}

/** Every experiment with its costs, data of the official sizes assumed. */
export function experimentList(): ListedExperiment[] {
  return EXPERIMENTS.map((experiment) => ({
    id: experiment.id,
    title: experiment.title,
    question: experiment.question,
    costs: PAPER_PRESETS.map((preset) => {
      const jobs = withDependencies(experimentJobs({
        preset,
        device: "cpu",
        seeds: [42],
        finetuneRuns: 1,
        benchmarks: preset.benchmarks,
        manifest: officialManifest(preset.vocabSize),
      }, experiment));
      const flops = jobs.reduce((sum, job) => sum + jobCost(job), 0);
      const text = jobs.length === 0 ? "counted" : `${jobs.length} runs, ${flopText(flops)}`;
      return { preset: preset.name, jobs: jobs.length, flops, text };
    }),
  }));
}

/** Prints {@linkcode experimentList}. */
export function listExperiments(flags: GlobalFlags): void {
  const list = experimentList();
  if (flags.json) return console.log(JSON.stringify(list, null, 2));
  for (const { id, title, question, costs } of list) {
    console.log(`${id.padEnd(10)} ${title}`);
    console.log(`           ${question}`);
    console.log(`           ${costs.map(({ preset, text }) => `${preset}: ${text}`).join("; ")}`);
  }
}

/** Prints the jobs of a folder: done, running, failed, open. */
export async function printStatus(
  flags: GlobalFlags & { readonly output: string },
): Promise<void> {
  const { output } = flags;
  const status = await paperStatus(output);
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

/** `1.2 PFLOP`. */
export function flopText(flops: number): string {
  const units = ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP", "ZFLOP", "YFLOP"];
  const power = Math.min(Math.floor(Math.log10(Math.max(flops, 1)) / 3), units.length - 1);
  return `${(flops / 1000 ** power).toPrecision(3)} ${units[power]}`;
}
