import type { RunEvent } from "./lines.ts";

/** A metric that orders the evaluations of a run. */
export interface EvaluationMetric {
  /** Field of `events.jsonl`. */
  readonly field: string;
  /** Whether the lowest value is the best. */
  readonly lowest: boolean;
}

/** A metric's field in the log. */
export function eventField(metric: string): string {
  return `eval_${metric}`;
}

/** The metric that a task or `run.json` names. */
export function evaluationMetric(
  { metric, direction }: { readonly metric: string; readonly direction: unknown },
): EvaluationMetric {
  return { field: eventField(metric), lowest: direction === "lowest" };
}

/**
 * The best evaluation of a run, and the number of evaluations without improvement. It depends on the logged events only, so a resumed run decides as one that
 * was never interrupted, and a report as the run.
 */
export class EvaluationRanking {
  /** The metric that orders evaluations. */
  readonly metric: EvaluationMetric;
  /** The evaluation with the best value, the earliest of equal ones; null before the first. */
  best: RunEvent | null = null;
  /** Number of evaluations after the best one. */
  since = 0;
  readonly #countedFrom: number;

  /**
   * Starts without evaluations.
   *
   * @param metric the metric that orders evaluations
   * @param countedFrom step up to which evaluations do not count in {@linkcode since}
   */
  constructor(metric: EvaluationMetric, countedFrom = 0) {
    this.metric = metric;
    this.#countedFrom = countedFrom;
  }

  /** Adds a line of `events.jsonl`, and returns this ranking; a line without the metric changes nothing. */
  add(event: RunEvent): this {
    const { field, lowest } = this.metric;
    const value = event[field];
    if (typeof value !== "number") return this;
    const best = Number(this.best?.[field]);
    if (this.best === null || (lowest ? value < best : value > best)) {
      this.best = event;
      this.since = 0;
    } else if (Number(event.step) > this.#countedFrom) this.since++;
    return this;
  }
}
