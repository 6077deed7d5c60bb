/**
 * Judging a run by its evaluations. The verdict follows from the event log alone, so a resumed run judges as one that was never stopped.
 *
 * @module
 */
import type { RunEvent } from "../runs/mod.ts";

/** The best evaluation so far. */
export interface BestEvaluation {
  readonly step: number;
  /** Of the field that was asked for. */
  readonly value: number;
  /** Evaluations since then that were not better. */
  readonly since: number;
}

/**
 * The evaluation with the best value of a field, the earliest of equals; null without any.
 *
 * @param field of the events that evaluations write
 * @param better whether the lowest or the highest is the best
 */
export function bestEvaluation(
  events: readonly RunEvent[],
  field = "eval_loss",
  better: "lowest" | "highest" = "lowest",
): BestEvaluation | null {
  const sign = better === "lowest" ? 1 : -1;
  return events.reduce<BestEvaluation | null>((best, { step, [field]: value }) => {
    if (typeof value !== "number") return best;
    return best === null || sign * value < sign * best.value
      ? { step: Number(step), value, since: 0 }
      : { ...best, since: best.since + 1 };
  }, null);
}
