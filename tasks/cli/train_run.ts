/**
 * Runs the training commands: from flags to a device, one run or several with consecutive seeds, and their results.
 *
 * @module
 */
import settingsFile from "../../deno.json" with { type: "json" };
import type { Device, DeviceDescription } from "../../src/device/mod.ts";
import type { ProcessGroup } from "../../src/distributed/mod.ts";
import { atomicWriteFile } from "../../src/files/mod.ts";
import { countParameters, type ModelConfig } from "../../src/model/mod.ts";
import { formatCount, quote } from "../../src/json/mod.ts";
import { REPORT_TARGETS, type ReportTarget, type RunResult, train } from "../../src/train/disk.ts";
import {
  metricText,
  planStep,
  type Task,
  type TaskBatch,
  type TrainSettings,
} from "../../src/train/mod.ts";
import { usage, UsageError } from "./errors.ts";
import { onInterrupt } from "./interrupt.ts";
import { deadlineOf, type GlobalFlags, type OptionTable, rememberedFlags } from "./options.ts";
import { createProgress, logTo, printNotice } from "./progress.ts";
import {
  assertSameCalls,
  checkBatch,
  codeFingerprint,
  coresOf,
  inProcessGroup,
  ranksOf,
} from "./ranks.ts";
import { runFlags } from "./run_flags.ts";
import type { TrainingFlags } from "./train_options.ts";
import { fitExamples, openTrainingDevice } from "./training_device.ts";
import { WatchedRuns } from "./watched_runs.ts";

/** What a training command opens before the device. */
export interface OpenedTraining<S extends TrainSettings, B extends TaskBatch> {
  /** A preset or a task, for the first line of the log. */
  readonly label: string;
  /** Configuration of the model. */
  readonly config: ModelConfig;
  /** Tokenizer files for every checkpoint. */
  readonly files: ReadonlyMap<string, Uint8Array | string>;
  /** More facts for `run.json`. */
  readonly provenance?: Readonly<Record<string, unknown>>;
  /** Returns the settings of a run. */
  settings(seed: number): S;
  /** Returns the task with the settings of a run. */
  task(settings: S, log: (line: string) => void): Task<B>;
}

export interface TrainingCommand<
  F extends TrainingFlags,
  S extends TrainSettings,
  B extends TaskBatch,
> {
  /** Words of the command after `albert`. */
  readonly name: string;
  readonly options: OptionTable;
  /** Whether the result is printed; default true. */
  readonly prints?: boolean;
  /** Reads data and model. */
  open(
    flags: F & GlobalFlags,
    group: ProcessGroup,
    log: (line: string) => void,
  ): Promise<OpenedTraining<S, B>>;
}

/**
 * Runs a training command in every process that `mpirun` started; rank 0 alone reports.
 *
 * @returns whether all runs are finished; false if they were stopped and can be resumed
 */
export async function runTraining<
  F extends TrainingFlags,
  S extends TrainSettings,
  B extends TaskBatch,
>(given: F, command: TrainingCommand<F, S, B>): Promise<boolean> {
  return await inProcessGroup((group) => trainInGroup(group, given, command));
}

async function trainInGroup<
  F extends TrainingFlags,
  S extends TrainSettings,
  B extends TaskBatch,
>(group: ProcessGroup, given: F, command: TrainingCommand<F, S, B>): Promise<boolean> {
  const isLead = group.rank === 0;
  const quiet = given.quiet || !isLead;
  await assertSameCalls(group, given);
  const flags = await runFlags(command.options, { ...given, quiet }, group) as F & GlobalFlags;
  const { output, seed, seeds } = flags;
  const reportTo = reportTargets(flags.reportTo);
  const deadline = deadlineOf(flags);
  const ranks = ranksOf(flags, group);
  const opened = await command.open(flags, group, logTo(flags));
  const { config, files } = opened;
  const settingsOf = (seed: number) => usage(() => opened.settings(seed));
  const progressOf = ({ name }: Task<B>, { schedule }: S) =>
    createProgress({ title: name, total: schedule.totalSteps, unit: "step", quiet });
  const first = settingsOf(seed);
  checkBatch(first.batchSize, group);
  let progress = progressOf(opened.task(first, logTo(flags)), first);
  const log = (line: string) => progress.log(line);
  const { device, betweenSteps, tuningSummary } = await openTrainingDevice({
    device: flags.device,
    blas: flags.blas,
    workers: coresOf(group),
    // A rank that tunes would delay the others.
    tune: flags.tune !== false && group.size === 1,
    profile: flags.profile === true && isLead,
    verbose: flags.verbose === true,
    log,
    onNotice: log,
  });
  const watched = new WatchedRuns(flags.port);
  let stop = false;
  const removeListeners = onInterrupt(() => {
    stop = true;
    if (!isLead) return;
    const line = "Saving and stopping after this step. Press Ctrl-C again to quit now.";
    if (flags.quiet) printNotice(line);
    else log(line);
  });

  async function runSeed(seed: number, output: string): Promise<[Task<B>, RunResult]> {
    const asked = settingsOf(seed);
    const auto = flags.microBatchSize === "auto";
    const microBatchSize = auto
      ? await fitted(asked, opened, device, group, log)
      : asked.microBatchSize;
    const settings = { ...asked, microBatchSize };
    const task = opened.task(settings, log);
    progress = progressOf(task, settings);
    const ownWork = betweenSteps(output);
    const result = await train({
      device,
      task,
      config,
      settings,
      output,
      resume: flags.resume === true,
      extend: flags.extendTo !== undefined,
      ranks,
      files,
      reportTo,
      provenance: {
        flags: rememberedFlags(command.options, {
          ...flags,
          ...(auto && { microBatchSize }),
          ...reopening(device.description),
          seed,
          seeds: undefined,
        }),
        ...opened.provenance,
        ...versions(device),
        ...(group.size > 1 && { code: await codeFingerprint() }),
      },
      observer: {
        log,
        started: (report) => {
          log(describeRun(opened.label, task, settings, config, device, group));
          if (flags.watch) watched.show(report);
          progress.update(0);
        },
        resumed: (step) => {
          log(`Resumed at step ${step}`);
          progress.resume(step);
        },
        progress: (step, { loss, tokensPerSecond }) =>
          progress.update(
            step,
            `loss ${loss.toFixed(3)}, ${formatCount(tokensPerSecond)} tokens/s`,
          ),
        evaluated: (step, { summary }, best) => {
          if (summary !== "") log(`step ${step}: ${summary}${best ? ", the best so far" : ""}`);
        },
        stopRequested: () => stop || performance.now() > deadline,
        betweenSteps: async (step) => {
          // The last step is shown with its loss.
          if (step < settings.schedule.totalSteps) progress.update(step);
          await ownWork(step);
        },
      },
    });
    const { step, finished } = result;
    const tuned = tuningSummary();
    if (tuned !== null) log(tuned);
    progress.end(
      finished
        ? `Model: ${output}/checkpoints/step-${step}, report: ${output}/report.html`
        : undefined,
    );
    return [task, result];
  }

  const resume = `albert ${command.name} --output ${output} --resume`;
  try {
    if (seeds === undefined) {
      const [task, result] = await runSeed(seed, output);
      if (!isLead || command.prints === false) return result.finished;
      if (!result.finished) {
        reportStop(result, resume);
      }
      reportResult(flags, task, result);
      return result.finished;
    }
    const results = new Map<number, RunResult>();
    let task: Task<B> | undefined;
    for (let n = 0; n < seeds; n++) {
      const [ran, result] = await runSeed(seed + n, `${output}/seed-${seed + n}`);
      task = ran;
      results.set(seed + n, result);
      if (!result.finished) {
        if (isLead) reportStop(result, `${resume} --seeds ${seeds}`);
        return false;
      }
    }
    if (!isLead) return true;
    const summary = seedSummary(task!, results);
    if (Object.values(summary.scores).includes(null)) {
      log(`Seeds without an evaluation have no ${summary.metric}: they need a validation set`);
    }
    await atomicWriteFile(`${output}/seeds.json`, `${JSON.stringify(summary, null, 2)}\n`);
    console.log(JSON.stringify(summary, null, flags.json ? 0 : 2));
    return true;
  } catch (error) {
    throw withAdvice(error);
  } finally {
    removeListeners();
    await watched.close();
    await device.destroy();
  }
}

/** Returns the largest micro-batch size that fits the device. */
async function fitted<S extends TrainSettings, B extends TaskBatch>(
  settings: S,
  { config, task: taskOf }: OpenedTraining<S, B>,
  device: Device,
  group: ProcessGroup,
  log: (line: string) => void,
): Promise<number> {
  const task = taskOf(settings, log);
  const { batchSize, optimizer, precision, recompute } = settings;
  return await fitExamples({
    ...{ device, group, batchSize, log },
    plan: (examples, limits) =>
      planStep(config, task, task.largestBatch(config, examples), {
        ...{ limits, optimizer, precision, recompute },
      }),
  });
}

/** Adds the flag that saves memory to an out-of-memory error; no flag makes the model itself smaller. */
function withAdvice(error: unknown): unknown {
  if (!(error instanceof Error) || error.message.includes("--micro-batch-size")) return error;
  if (!/^Cannot allocate buffer "(?!parameters|gradients)/.test(error.message)) return error;
  return new Error(`${error.message}; try a smaller --micro-batch-size`, { cause: error });
}

/** `nano: 1,234,567 parameters, 1000 steps on webgpu (adapter)`. */
function describeRun<B extends TaskBatch>(
  label: string,
  task: Task<B>,
  { schedule: { totalSteps } }: TrainSettings,
  config: ModelConfig,
  { description: { kind, adapter } }: Device,
  { size, library }: ProcessGroup,
): string {
  const parameters = formatCount(countParameters(task.specs(config)));
  const ranks = size > 1 ? `, ${size} ranks with ${library}` : "";
  return `${label}: ${parameters} parameters, ${
    formatCount(totalSteps, "step")
  } on ${kind} (${adapter})${ranks}`;
}

/** The targets of `--report-to`. */
function reportTargets(list = "tensorboard"): ReportTarget[] {
  const names = list.split(",").map((name) => name.trim());
  if (names.length === 1 && names[0] === "none") return [];
  return names.map((name) => {
    const target = REPORT_TARGETS.find((one) => one === name);
    if (target !== undefined) return target;
    throw new UsageError(
      `--report-to must be none or a list of ${REPORT_TARGETS.join(", ")} (got ${quote(list)})`,
    );
  });
}

function reportStop({ step }: RunResult, command: string): void {
  printNotice(`Stopped at step ${step}. Resume with: ${command}`);
}

function reportResult<B extends TaskBatch>(
  { json }: GlobalFlags,
  { name, writesResults }: Task<B>,
  result: RunResult,
): void {
  if (json) console.log(JSON.stringify({ task: name, ...result }));
  else if (writesResults && result.best !== null) {
    console.log(`${name}: best at step ${result.bestStep}: ${metricText(result.best)}`);
  }
}

/** The settings that open this device again, also where `auto` would open another one. */
function reopening(
  { kind, blas = "none" }: DeviceDescription,
): Pick<GlobalFlags, "device" | "blas"> {
  return kind === "cpu" ? { device: kind, blas } : { device: kind };
}

/** Facts for `run.json` that determine nothing. */
function versions(device: Device): Record<string, unknown> {
  return {
    version: settingsFile.version,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    device: device.description,
  };
}

/** The best evaluations of runs with consecutive seeds. The paper reports the median of five for tasks of high variance. */
interface SeedSummary {
  readonly task: string;
  readonly metric: string;
  /** Best evaluation of each run, by seed; null for a run without one. */
  readonly scores: Readonly<Record<string, number | null>>;
  /** The rest is about the runs with a score, and absent without any. */
  readonly median?: number;
  /** Sample standard deviation; 0 for one run. */
  readonly standardDeviation?: number;
  readonly worst?: number;
  readonly best?: number;
  readonly bestSeed?: number;
}

function seedSummary<B extends TaskBatch>(
  { name, best: { metric, direction } }: Task<B>,
  results: ReadonlyMap<number, RunResult>,
): SeedSummary {
  // A correlation with constant predictions is NaN, and without a validation set nothing is evaluated.
  const scores = Object.fromEntries(
    [...results].map(([seed, { best }]) => [seed, best?.[metric] ?? null]),
  );
  const sign = direction === "highest" ? 1 : -1;
  const sorted = Object.entries(scores)
    .flatMap(([seed, score]) => score === null ? [] : [{ seed: Number(seed), score }])
    .sort((a, b) => sign * (a.score - b.score));
  if (sorted.length === 0) return { task: name, metric, scores };
  const middle = (sorted.length - 1) / 2;
  const mean = sorted.reduce((sum, { score }) => sum + score, 0) / sorted.length;
  const squares = sorted.reduce((sum, { score }) => sum + (score - mean) ** 2, 0);
  return {
    ...{ task: name, metric, scores },
    median: (sorted[Math.floor(middle)].score + sorted[Math.ceil(middle)].score) / 2,
    standardDeviation: Math.sqrt(squares / Math.max(sorted.length - 1, 1)),
    worst: sorted[0].score,
    best: sorted.at(-1)!.score,
    bestSeed: sorted.at(-1)!.seed,
  };
}
