/**
 * The threshold on the no-answer score that a development set likes best.
 *
 * @module
 */

/** A question as the search sees it. */
export interface ThresholdQuestion {
  /** Score of its answer, were it given. */
  readonly score: number;
  /** Whether the gold file answers it. */
  readonly hasAnswer: boolean;
  /** Whether the prediction is the empty text. */
  readonly empty: boolean;
}

/** The best threshold and what it gives. */
export interface BestThreshold {
  /** In percent of the scored questions. */
  readonly score: number;
  /** Answer where the no-answer score is at most this. */
  readonly threshold: number;
}

/**
 * Walks the questions by rising no-answer score, answering one more at each step (`find_best_thresh` of `evaluate-v2.0.py`). It starts from
 * answering none, which is right for every unanswerable question.
 *
 * @param noAnswer question id to no-answer score; equal ones keep this order
 * @param questions the scored questions
 * @param unanswerable gold questions without an answer, scored or not
 */
export function findBestThreshold(
  noAnswer: ReadonlyMap<string, number>,
  questions: ReadonlyMap<string, ThresholdQuestion>,
  unanswerable: number,
): BestThreshold {
  let score = unanswerable;
  let best: BestThreshold = { score, threshold: 0 };
  for (const [id, threshold] of [...noAnswer].sort(([, a], [, b]) => a < b ? -1 : a > b ? 1 : 0)) {
    const question = questions.get(id);
    if (question === undefined) continue;
    score += question.hasAnswer ? question.score : question.empty ? 0 : -1;
    if (score > best.score) best = { score, threshold };
  }
  return { ...best, score: 100 * best.score / questions.size };
}
