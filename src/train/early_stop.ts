/**
 * Judging a run by its evaluations. The verdict follows from the event log alone, so a resumed run judges as one that was never stopped.
 *
 * @module
 */
import type { RunEvent } from "./run_folder.ts";

/** The best evaluation so far. */
export interface BestEvaluation {
  readonly step: number;
  readonly loss: number;
  /** Evaluations since then that were not better. */
  readonly since: number;
}

/** The evaluation with the lowest held-out loss, the earliest of equals; null without any. */
export function bestEvaluation(events: readonly RunEvent[]): BestEvaluation | null {
  return events.reduce<BestEvaluation | null>((best, { step, eval_loss: loss }) => {
    if (typeof loss !== "number") return best;
    return best === null || loss < best.loss
      ? { step: Number(step), loss, since: 0 }
      : { ...best, since: best.since + 1 };
  }, null);
}
