/**
 * The metrics of SQuAD 1.1, as its evaluation script `evaluate-v1.1.py` computes them.
 *
 * @module
 */
import { shown } from "../../../json/mod.ts";
import { bestScores } from "./answer_scores.ts";
import { type GoldQuestion, type Predictions, SquadScoreError } from "./gold.ts";

/** The script's JSON, in percent. */
export interface SquadV1Metrics {
  /** Questions whose answer equals a gold answer. */
  readonly exact_match: number;
  /** Mean overlap with the best gold answer. */
  readonly f1: number;
}

/**
 * Scores predictions on SQuAD 1.1. A question without a prediction scores 0.
 *
 * @param questions gold questions in the file's order
 * @throws {SquadScoreError} when there is no question, or one has no gold answer.
 */
export function evaluateSquadV1(
  questions: readonly GoldQuestion[],
  predictions: Predictions,
): SquadV1Metrics {
  if (questions.length === 0) throw new SquadScoreError("the gold file has no question");
  let exact = 0;
  let f1 = 0;
  for (const { id, answers } of questions) {
    const prediction = predictions.get(id);
    if (prediction === undefined) continue;
    if (answers.length === 0) {
      throw new SquadScoreError(
        `question ${shown(id)} has no gold answer, which SQuAD 1.1 demands`,
      );
    }
    const scores = bestScores(prediction, answers, false);
    exact += scores.exact;
    f1 += scores.f1;
  }
  return { exact_match: 100 * exact / questions.length, f1: 100 * f1 / questions.length };
}
