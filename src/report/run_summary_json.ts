/**
 * The content of a report as JSON, for other programs.
 *
 * @module
 */
import type { RunEvent } from "../runs/mod.ts";
import { baselinesOf } from "./baselines.ts";
import { HELD_OUT, measurement } from "./quantities.ts";
import type { RunRecord } from "./run_record.ts";
import { describeRun, isFinished, totalSteps, type Verdict, verdictOf } from "./run_summary.ts";

/** A run for other programs. */
export interface RunSummary {
  /** Name of the run folder. */
  readonly name: string;
  /** `pretraining`, or the name of a fine-tuning task. */
  readonly task: string;
  /** What the run is, in a sentence. */
  readonly description: string;
  /** The latest step. */
  readonly step: number;
  /** Number of steps; null if `run.json` does not contain it. */
  readonly totalSteps: number | null;
  /** Whether all steps are done. */
  readonly finished: boolean;
  /** Tokens and seconds of training, without evaluations and interruptions. */
  readonly tokens: number;
  /** See {@linkcode RunSummary.tokens}. */
  readonly seconds: number;
  /** Whether the run works. */
  readonly verdict: Verdict;
  /** The evaluation with the best metric, and the latest one; null without evaluations. */
  readonly bestEvaluation: RunEvent | null;
  /** See {@linkcode RunSummary.bestEvaluation}. */
  readonly lastEvaluation: RunEvent | null;
  /** Baselines by metric, in the unit of the metric. */
  readonly baselines: Readonly<Record<string, number>>;
}

/** Summarizes a run. */
export function runSummary(record: RunRecord): RunSummary {
  const { name, task, step, trainingSeconds, bestEvaluation, lastEvaluation } = record;
  const total = totalSteps(record);
  const metrics = Object.keys(lastEvaluation ?? {}).filter((field) => field.startsWith(HELD_OUT));
  const baselines = metrics.flatMap((field): [string, number][] => {
    const { name, set } = measurement(field);
    const baseline = set === "" ? baselinesOf(record, name).at(-1) : undefined;
    return baseline === undefined ? [] : [[field, baseline.value]];
  });
  return {
    ...{ name, task, step, bestEvaluation, lastEvaluation },
    description: describeRun(record),
    totalSteps: Number.isFinite(total) ? total : null,
    finished: isFinished(record),
    tokens: record.tokensAt(step),
    seconds: trainingSeconds,
    verdict: verdictOf(record),
    baselines: Object.fromEntries(baselines),
  };
}
