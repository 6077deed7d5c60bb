/**
 * Training a task into a run folder.
 *
 * @module
 */
import {
  assertSameFacts,
  describeParallel,
  factsToCompare,
  fromRank0,
  SINGLE_PROCESS,
} from "../distributed/mod.ts";
import type { LiveReport } from "../report/mod.ts";
import { RunFolder } from "../runs/disk.ts";
import { latestCheckpoint } from "./checkpoint.ts";
import { rankEvaluations, TrainingLoop } from "./loop.ts";
import { checkPrecision } from "./precision.ts";
import { RankTrainer } from "./ranks.ts";
import { isObject } from "../json/mod.ts";
import { countParameters } from "../model/mod.ts";
import type { LogWindow } from "./metrics.ts";
import { checkResume, determinants, firstDifference, type Run, type RunResult } from "./run.ts";
import type { Evaluation, TaskBatch } from "./task.ts";

/**
 * Trains until the last step, until the run stops early or until the observer asks to stop, then saves. Collective.
 *
 * @throws {RangeError} if the device does not support the precision.
 * @throws {RunFolderError} if the output contains another run, or one with other determinants.
 * @throws {NonFiniteError} if gradients became NaN or infinite; the last checkpoint is unchanged.
 */
export async function train<B extends TaskBatch>(run: Run<B>): Promise<RunResult> {
  checkPrecision(run.device, run.settings.precision);
  const { group } = run.ranks ?? SINGLE_PROCESS;
  await assertSameFacts(group, rankFacts(run));
  if (group.rank > 0) await follow(run);
  return await fromRank0(group, () => lead(run));
}

/** Runs the loop in the run folder, which only rank 0 uses. */
async function lead<B extends TaskBatch>(run: Run<B>): Promise<RunResult> {
  const folder = await RunFolder.open(run.output);
  try {
    const determining = determinants(run);
    const checkpoint = await latestCheckpoint(run.output);
    const earlier = await folder.readSettings();
    checkResume(run, checkpoint, earlier, determining);
    const extensions = await extensionsOf(run, folder, checkpoint, earlier);
    await folder.writeSettings({
      ...run.provenance,
      ...startsOf(checkpoint === null ? null : earlier),
      task: run.task.name,
      adapter: run.device.description.adapter,
      world: describeParallel(run.ranks ?? SINGLE_PROCESS),
      settings: run.settings,
      ...(extensions.length > 0 && { extensions }),
      best: run.task.best,
      parameters: countParameters(run.task.specs(run.config)),
      determinants: determining,
    });
    const loop = new TrainingLoop(run, folder);
    try {
      return await loop.run(checkpoint, extensions.at(-1)?.step);
    } finally {
      await loop.close();
    }
  } finally {
    await folder.close();
  }
}

/** Returns the time at which the run was started, and those at which it was resumed, unless an earlier version started it without. */
function startsOf(earlier: Readonly<Record<string, unknown>> | null): Record<string, unknown> {
  const now = new Date().toISOString();
  if (earlier?.started === undefined) return { started: now, resumed: [] };
  const { started, resumed } = earlier;
  return { started, ...(Array.isArray(resumed) && { resumed: [...resumed, now] }) };
}

/** The schedule of an earlier part of an extended run. */
interface Extension {
  /** The step at which that part ended. */
  readonly step: number;
  readonly schedule: unknown;
}

/** Returns the schedules that earlier parts of an extended run had, and the steps at which they ended. */
async function extensionsOf<B extends TaskBatch>(
  { settings: { schedule, earlyStopPatience }, task, extend, observer }: Run<B>,
  folder: RunFolder,
  checkpoint: string | null,
  earlier: Readonly<Record<string, unknown>> | null,
): Promise<Extension[]> {
  const known: Extension[] = Array.isArray(earlier?.extensions) ? earlier.extensions : [];
  const before = isObject(earlier?.settings) ? earlier.settings.schedule : undefined;
  if (checkpoint === null || !isObject(before)) return known;
  const step = Number(/step-(\d+)$/.exec(checkpoint)?.[1]);
  if (firstDifference(before, JSON.parse(JSON.stringify(schedule))) === null) {
    if (!extend || earlyStopPatience === 0 || step >= schedule.totalSteps) return known;
    // Only the patience of early stopping starts again, if the run has stopped.
    const events = (await folder.readEvents()).filter((event) => Number(event.step) <= step);
    const { since } = rankEvaluations(events, task.best, known.at(-1)?.step);
    const hasStopped = since >= earlyStopPatience;
    return hasStopped ? [...known, { step, schedule: before }] : known;
  }
  observer.log(
    `Extending the run: ${before.totalSteps} steps at peak learning rate ${before.peakLearningRate} become ${schedule.totalSteps} at ${schedule.peakLearningRate}`,
  );
  return [...known, { step, schedule: before }];
}

async function follow<B extends TaskBatch>(run: Run<B>): Promise<void> {
  const ranks = new RankTrainer(run);
  try {
    await ranks.follow();
  } finally {
    ranks.free();
  }
}

/** What must be the same on every rank. */
function rankFacts<B extends TaskBatch>(run: Run<B>): Map<string, unknown> {
  const { provenance, settings, task, ranks = SINGLE_PROCESS } = run;
  return new Map<string, unknown>([
    ["code", provenance.code],
    ...Object.entries(task.rankFacts),
    ...Object.entries(factsToCompare(determinants(run), ranks)),
    ["loggingSteps", settings.loggingSteps],
    ["allReduce", ranks.allReduce],
    ["checkRanksSteps", ranks.checkSteps],
    ["shardOptimizer", ranks.shardOptimizer],
  ]);
}

/** What {@linkcode trainEvents} reports. */
export type TrainEvent =
  /** Before the first step; from now on the report can be watched. */
  | { readonly type: "started"; readonly report: LiveReport }
  /** The run continues from a checkpoint. */
  | { readonly type: "resumed"; readonly step: number }
  /** A line for people. */
  | { readonly type: "log"; readonly line: string }
  /** Means over the steps since the last event of this type. */
  | { readonly type: "progress"; readonly step: number; readonly window: LogWindow }
  /** An evaluation; `best` if no earlier one was as good. */
  | {
    readonly type: "evaluated";
    readonly step: number;
    readonly evaluation: Evaluation;
    readonly best: boolean;
  }
  /** The end of the run. It is the last event. */
  | { readonly type: "finished"; readonly result: RunResult };

/**
 * Trains as {@linkcode train} and yields the events of the run. Training does not wait for the consumer of the events.
 *
 * Aborting the signal saves a checkpoint after the current step and ends the run with `result.finished` false; `resume: true` continues it. Leaving the loop early does
 * the same, and waits for the checkpoint.
 *
 * @param run the run without an observer
 * @param signal stops the run
 * @throws {Error} what {@linkcode train} throws, or the reason of a signal that is aborted before the start.
 */
export async function* trainEvents<B extends TaskBatch>(
  run: Omit<Run<B>, "observer">,
  { signal }: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<TrainEvent, void> {
  signal?.throwIfAborted();
  const events: TrainEvent[] = [];
  let wake = () => {};
  let left = false;
  let failure: { readonly error: unknown } | undefined;
  const report = (event: TrainEvent) => {
    events.push(event);
    wake();
  };
  const end = train({
    ...run,
    observer: {
      started: (live) => report({ type: "started", report: live }),
      resumed: (step) => report({ type: "resumed", step }),
      log: (line) => report({ type: "log", line }),
      progress: (step, window) => report({ type: "progress", step, window }),
      evaluated: (step, evaluation, best) => report({ type: "evaluated", step, evaluation, best }),
      stopRequested: () => left || (signal?.aborted ?? false),
    },
  }).then((result) => report({ type: "finished", result }), (error) => {
    failure = { error };
    wake();
  });
  try {
    for (;;) {
      for (let event = events.shift(); event !== undefined; event = events.shift()) {
        yield event;
        if (event.type === "finished") return;
      }
      if (failure !== undefined) throw failure.error;
      await new Promise<void>((resolve) => wake = resolve);
    }
  } finally {
    left = true;
    await end;
  }
}
