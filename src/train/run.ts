/**
 * What a training run consists of, and whether a run folder may be used for it.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import type { DataParallel } from "../distributed/mod.ts";
import { quote } from "../json/mod.ts";
import { configToJson, type ModelConfig } from "../model/mod.ts";
import type { LiveReport } from "../report/mod.ts";
import { RunFolderError } from "../runs/disk.ts";
import type { ModelDescription } from "./checkpoint.ts";
import type { LogWindow } from "./metrics.ts";
import { settingsDeterminants, type TrainSettings } from "./settings.ts";
import type { Evaluation, EvaluationMetrics, Task, TaskBatch } from "./task.ts";

/** Receives the progress of a run. */
export interface RunObserver {
  /** Called before the first step; from now on the report can be watched. */
  started?(report: LiveReport): void;
  /** Called if the run continues from a checkpoint. */
  resumed?(step: number): void;
  /** Receives a line for people. */
  log(line: string): void;
  /** Receives the means over the steps since the last call. */
  progress(step: number, window: LogWindow): void;
  /** Receives an evaluation; `best` if no earlier one was as good. */
  evaluated(step: number, evaluation: Evaluation, best: boolean): void;
  /** Returns whether to save and stop after the current step. */
  stopRequested(): boolean;
  /** Runs the caller's own work on the device after a step. */
  betweenSteps?(step: number): Promise<void>;
}

/** A training run. */
export interface Run<B extends TaskBatch = TaskBatch> {
  /** The device that computes. */
  readonly device: Device;
  /** What is learned. */
  readonly task: Task<B>;
  /** Configuration of the model. */
  readonly config: ModelConfig;
  /** Settings; `run.json` stores those of the task, too. */
  readonly settings: TrainSettings;
  /** The run folder. */
  readonly output: string;
  /** Whether to continue from the run folder's last checkpoint. */
  readonly resume: boolean;
  /** Processes that train together; only this one if absent. */
  readonly ranks?: DataParallel;
  /** Tokenizer files that are copied to every checkpoint. */
  readonly files: ModelDescription["files"];
  /** Facts for `run.json` that determine nothing: versions, revision, command. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /** Receives the progress. */
  readonly observer: RunObserver;
}

/** How a run ended. */
export interface RunResult {
  /** Number of steps done. */
  readonly step: number;
  /** False if the run was stopped and can be resumed. */
  readonly finished: boolean;
  /** Step of the best evaluation; null without evaluations. */
  readonly bestStep: number | null;
  /** Metrics of the best evaluation. */
  readonly best: EvaluationMetrics | null;
  /** The last evaluation since this start; see {@linkcode Evaluation.details}. */
  readonly evaluation: EvaluationMetrics | null;
}

/** Returns everything that changes a byte of a run's weights. A resumed run must have the same determinants. */
export function determinants<B extends TaskBatch>(
  { config, device, settings, task }: Run<B>,
): Record<string, unknown> {
  const { kind, numerics } = device.description;
  return {
    config: configToJson(config, [task.architecture(config)]),
    ...task.determinants,
    numerics: { kind, ...numerics },
    ...settingsDeterminants(settings),
  };
}

/**
 * Checks that a run folder may be used: it is empty for a new run, and has the same determinants for a resumed one.
 *
 * @param checkpoint the folder's last checkpoint; null if it has none
 * @param earlier the folder's `run.json`; null if it has none
 * @param determining the determinants of this run
 * @throws {RunFolderError} if the folder holds another run, or one with other determinants.
 */
export function checkResume(
  { output, resume, observer }: {
    readonly output: string;
    readonly resume: boolean;
    readonly observer: Pick<RunObserver, "log">;
  },
  checkpoint: string | null,
  earlier: Readonly<Record<string, unknown>> | null,
  determining: Readonly<Record<string, unknown>>,
): void {
  if (checkpoint === null) {
    if (resume) observer.log(`${output} has no checkpoint yet: starting at step 0`);
    return;
  }
  if (!resume) {
    throw new RunFolderError(
      `${output} already contains a run; continue it with --resume or choose another --output`,
    );
  }
  if (earlier === null) {
    throw new RunFolderError(
      `Cannot resume ${output}: its run.json is missing, so the settings of its checkpoint are unknown; restore it or start a new run in another folder`,
    );
  }
  // JSON has no undefined, so both sides are compared as JSON.
  const difference = firstDifference(
    earlier.determinants,
    JSON.parse(JSON.stringify(determining)),
  );
  if (difference === null) return;
  throw new RunFolderError(
    `Cannot resume ${output}: ${difference.path || "determinants"} was ${
      quote(difference.before)
    } and is now ${
      quote(difference.now)
    }; use the run's own value or start a new run in another folder`,
  );
}

/** Returns path and values of the first difference between two JSON values, or null. */
export function firstDifference(
  before: unknown,
  now: unknown,
  path = "",
): { path: string; before: unknown; now: unknown } | null {
  if (typeof before === "object" && before !== null && typeof now === "object" && now !== null) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
      const difference = firstDifference(
        (before as Record<string, unknown>)[key],
        (now as Record<string, unknown>)[key],
        path === "" ? key : `${path}.${key}`,
      );
      if (difference !== null) return difference;
    }
    return null;
  }
  return before === now ? null : { path, before, now };
}
