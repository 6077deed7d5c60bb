/**
 * The parts of a training run, and the check that a run folder may be used for it.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import type { DataParallel } from "../distributed/mod.ts";
import { flagName, isObject, quote } from "../json/mod.ts";
import { blockSets, configToJson, type ModelConfig } from "../model/mod.ts";
import type { LiveReport } from "../report/mod.ts";
import { RunFolderError } from "../runs/disk.ts";
import type { ModelDescription } from "./checkpoint.ts";
import type { LogWindow } from "./metrics.ts";
import type { ReportTarget } from "./run_recorder.ts";
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
  /** The objective. */
  readonly task: Task<B>;
  /** Configuration of the model. */
  readonly config: ModelConfig;
  /** Settings; `run.json` stores those of the task, too. */
  readonly settings: TrainSettings;
  /** The run folder. */
  readonly output: string;
  /** Whether to continue from the run folder's last checkpoint. */
  readonly resume: boolean;
  /** Whether the resumed run may have another schedule and a later end than before; false if absent. */
  readonly extend?: boolean;
  /** Processes that train together; only this one if absent. */
  readonly ranks?: DataParallel;
  /** Tokenizer files that are copied to every checkpoint. */
  readonly files: ModelDescription["files"];
  /** Facts for `run.json` that determine nothing: versions, revision, command. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /** Formats of the log in addition to `events.jsonl`; TensorBoard's if absent. */
  readonly reportTo?: readonly ReportTarget[];
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
    ...(hasRoundedGroups(config) && { layerGroups: "rounded" }),
    ...task.determinants,
    numerics: { kind, ...numerics },
    ...settingsDeterminants(settings),
  };
}

/** Returns whether a layer belongs to another group than in versions that computed `floor(i · groups / layers)`. */
function hasRoundedGroups(config: ModelConfig): boolean {
  const { numHiddenGroups, numHiddenLayers } = config;
  return blockSets({ ...config, share: "all" }).some(({ layer, attention: { group } }) =>
    group !== Math.floor((layer * numHiddenGroups) / numHiddenLayers)
  );
}

/**
 * Checks that a run folder may be used: it is empty for a new run, and has the same determinants for a resumed one.
 *
 * @param checkpoint the folder's last checkpoint; null if it has none
 * @param earlier the folder's `run.json`; null if it has none
 * @param determining the determinants of this run
 * @throws {RunFolderError} if the folder contains another run, or one with other determinants.
 */
export function checkResume(
  { output, resume, extend = false, observer }: {
    readonly output: string;
    readonly resume: boolean;
    readonly extend?: boolean;
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
  const now = JSON.parse(JSON.stringify(determining));
  const recorded = withLaterFacts(earlier.determinants, now);
  const before = extend ? withSchedule(recorded, now) : recorded;
  const difference = firstDifference(before, now);
  if (difference === null) return;
  throw new RunFolderError(`Cannot resume ${output}: ${describeDifference(difference, now)}`);
}

/** Facts of an adapter that version 0.1.0 did not record. */
const LATER_FACTS = ["rowSubgroups", "hardware"];

/** Returns the determinants of a run with those facts of another that its version did not record. */
function withLaterFacts(before: unknown, now: Readonly<Record<string, unknown>>): unknown {
  if (!isObject(before) || !isObject(before.numerics) || !isObject(now.numerics)) return before;
  const facts = Object.entries(now.numerics).filter(([name]) => LATER_FACTS.includes(name));
  return { ...before, numerics: { ...Object.fromEntries(facts), ...before.numerics } };
}

/** Returns the determinants of a run with the schedule and the end of another. */
function withSchedule(before: unknown, now: Readonly<Record<string, unknown>>): unknown {
  if (!isObject(before)) return before;
  const { phases } = before;
  const ends = Array.isArray(now.phases) ? now.phases : [];
  return {
    ...before,
    schedule: now.schedule,
    ...(Array.isArray(phases) && {
      phases: phases.map((phase, i) =>
        i === phases.length - 1 && isObject(phase)
          ? { ...phase, untilStep: ends[i]?.untilStep }
          : phase
      ),
    }),
  };
}

/** Flags of determinants whose last part is not the name of the flag. */
const FLAGS: readonly (readonly [RegExp, string])[] = [
  [/^config\.(hidden|attention_probs)_dropout_prob$/, "--dropout"],
  [/^config\.classifier_dropout(_prob)?$/, "--classifier-dropout"],
  [/^config\.max_position_embeddings$/, "--max-position-embeddings"],
  [/^freeze\b/, "--freeze"],
  [/\.decay$/, "--lr-scheduler-type"],
  [/^config\.pair_objective$|\.pairObjective$/, "--pair-objective"],
  [/^numerics\.kind$/, "--device"],
  [/^phases(\.\d+)?$/, "--phases"],
  [/\.peakLearningRate$/, "--learning-rate"],
  [/\.power$/, "--poly-power"],
  [/^optimizer\.kind$/, "--optimizer"],
  [/\.maxGradientNorm$/, "--max-grad-norm"],
  [/\.wholeWordMask$/, "--whole-word"],
  [/^trainExamples$/, "--max-train-samples"],
  [/^heldOutExamples\b/, "--max-eval-samples"],
];
/** Determinants that are checksums of the files of a flag. */
const CHECKSUMS: Readonly<Record<string, string>> = {
  dataFingerprint: "--data",
  data: "--data",
  initialWeights: "--init-from",
  weights: "--checkpoint",
};

function describeDifference(
  { path, before, now }: { path: string; before: unknown; now: unknown },
  determining: Readonly<Record<string, unknown>>,
): string {
  const fix = "use the run's own value or start a new run in another folder";
  if (/\.(untilStep|totalSteps)$/.test(path)) {
    const flag = "maxSeqLength" in determining ? "--max-steps or --epochs" : "--steps";
    return `${flag} gave ${quote(before)} steps and now gives ${
      quote(now)
    }; use the run's own value, or --extend-to ${quote(now)} to train longer`;
  }
  if (path === "layerGroups") {
    return "some of its layers belong to other groups in this version, as in transformers; resume it with the version that started it";
  }
  if (path === "numerics.version") {
    return `this version's kernels round differently (numerics version ${quote(now)}, the run has ${
      quote(before)
    }); resume it with the version that started it`;
  }
  const named = CHECKSUMS[path];
  if (named !== undefined) return `${named} is not what the run was started with; ${fix}`;
  const [was, is] = [before, now].map((value) => value === undefined ? "not set" : quote(value));
  const values = `was ${was} and is now ${is}`;
  const flag = FLAGS.find(([pattern]) => pattern.test(path))?.[1];
  if (flag !== undefined) return `${flag} ${values}; ${fix}`;
  const [root, field = ""] = path.split(/\.(.*)/);
  if (root === "config") return `--config: ${field} ${values}; ${fix}`;
  if (root === "numerics" || root === "") return `${path || "determinants"} ${values}; ${fix}`;
  const name = path.slice(path.lastIndexOf(".") + 1);
  return `${flagName(name)} ${values}; ${fix}`;
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
