/**
 * The state of a lesson, and what it shows so far: differences with intervals, and a verdict.
 *
 * @module
 */
import type { RunRecord } from "../../../src/report/mod.ts";
import { type Estimate, estimateMean, MIN_SEEDS } from "../statistics.ts";
import type { Lesson, LessonModel, LessonRecipe, LessonStatistic } from "./lesson.ts";
import type { LessonRunResult } from "./train_model.ts";

/** A run of a lesson, as its page shows it. */
export interface LessonStateRun {
  readonly model: LessonModel;
  readonly seed: number;
  /** Null if it has not started. */
  readonly record: RunRecord | null;
  /** Null if it is not finished. */
  readonly result: LessonRunResult | null;
}

export interface LessonState {
  readonly lesson: Lesson;
  readonly recipe: LessonRecipe;
  /** Parameters and gradient bytes per step of each model. */
  readonly sizes: readonly { readonly parameters: number; readonly gradientBytes: number }[];
  readonly seeds: number;
  /** What the models learned from. */
  readonly text: string;
  readonly runs: readonly LessonStateRun[];
}

/** What a lesson shows. `not resolved`: the interval includes 0, there are too few seeds, or a precondition does not hold. */
export type LessonVerdict = "reproduced" | "opposite" | "not resolved";

/** A statistic over the finished seeds. */
export interface LessonEvidence {
  readonly statistic: LessonStatistic;
  /** Null without a finished pair of runs. */
  readonly estimate: Estimate | null;
  readonly verdict: LessonVerdict;
}

export interface LessonOutcome {
  readonly verdict: LessonVerdict;
  /** Why there is no verdict, without a full stop; absent with one. */
  readonly reason?: string;
  readonly statistics: readonly LessonEvidence[];
  readonly preconditions: readonly LessonEvidence[];
}

/** Computes the outcome from the finished runs: differences of runs with the same seed, with 95% intervals (Student's t). */
export function lessonOutcome(state: LessonState): LessonOutcome {
  const { lesson } = state;
  const statistics = lesson.statistics.map((each) => evidenceOf(state, each));
  const preconditions = lesson.preconditions.map((each) => evidenceOf(state, each));
  const [primary] = statistics;
  const finished = primary.estimate?.count ?? 0;
  const failed = preconditions.find(({ verdict }) => verdict !== "reproduced");
  const reason = finished < MIN_SEEDS
    ? `${finished} of at least ${MIN_SEEDS} seeds are finished`
    : failed !== undefined
    ? `not learned: ${failed.statistic.label}`
    : primary.verdict === "not resolved"
    ? "the interval includes 0"
    : undefined;
  return {
    verdict: reason === undefined ? primary.verdict : "not resolved",
    ...(reason !== undefined && { reason }),
    statistics,
    preconditions,
  };
}

function evidenceOf(state: LessonState, statistic: LessonStatistic): LessonEvidence {
  const values = Array.from({ length: state.seeds }, (_, i) => i + 1).flatMap((seed) => {
    const value = valueOf(state, statistic, seed);
    return value === undefined || Number.isNaN(value) ? [] : [value];
  });
  const estimate = values.length === 0 ? null : estimateMean(values);
  return { statistic, estimate, verdict: verdictOf(estimate, statistic) };
}

function verdictOf(
  estimate: Estimate | null,
  { expect, minus }: LessonStatistic,
): LessonVerdict {
  if (estimate === null || estimate.count < MIN_SEEDS || estimate.interval === null) {
    return "not resolved";
  }
  const { low, high } = estimate.interval;
  // "Does not solve": less than five points above chance.
  if (expect === "below" && typeof minus === "object" && "chance" in minus) {
    return high < NOT_SOLVED ? "reproduced" : low > NOT_SOLVED ? "opposite" : "not resolved";
  }
  const [above, below] = expect === "above"
    ? ["reproduced", "opposite"] as const
    : ["opposite", "reproduced"] as const;
  return low > 0 ? above : high < 0 ? below : "not resolved";
}

/** Points above chance up to which a model counts as not solving a task, as in the claim of Table 5. */
const NOT_SOLVED = 5;

function valueOf(
  { lesson: { models }, runs }: LessonState,
  { score, of, minus }: LessonStatistic,
  seed: number,
): number | undefined {
  const metrics = (model: number) =>
    runs.find((run) => run.seed === seed && run.model === models[model])?.result?.metrics;
  const own = metrics(of)?.[score.metric];
  const other = typeof minus === "number"
    ? metrics(minus)?.[score.metric]
    : "chance" in minus
    ? minus.chance
    : metrics(of)?.[minus.metric];
  return own === undefined || other === undefined ? undefined : own - other;
}
