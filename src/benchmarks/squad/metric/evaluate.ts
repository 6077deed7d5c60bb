/**
 * The metrics of SQuAD 1.1 and 2.0 as computed by the official scripts `evaluate-v1.1.py` and `evaluate-v2.0.py`.
 *
 * @module
 */
import { shown } from "../../../json/mod.ts";
import {
  bestScores,
  type GoldQuestion,
  normalizeAnswer,
  type Predictions,
  SquadScoreError,
} from "./answers.ts";

/** Output of `evaluate-v1.1.py`, in percent. */
export interface SquadV1Metrics {
  /** Questions whose answer equals a gold answer. */
  readonly exact_match: number;
  /** Mean F1 with the best gold answer. */
  readonly f1: number;
}

/**
 * Scores predictions on SQuAD 1.1. A question without a prediction scores 0.
 *
 * @param questions gold questions in the order of the file
 * @throws {SquadScoreError} if there are no questions, or one has no gold answer
 */
export function evaluateSquadV1(
  questions: readonly GoldQuestion[],
  predictions: Predictions,
): SquadV1Metrics {
  if (questions.length === 0) throw new SquadScoreError("the gold file has no questions");
  let exact = 0;
  let f1 = 0;
  for (const { id, answers } of questions) {
    const prediction = predictions.get(id);
    if (prediction === undefined) continue;
    if (answers.length === 0) {
      throw new SquadScoreError(
        `question ${shown(id)} has no gold answer, which SQuAD 1.1 requires`,
      );
    }
    const scores = bestScores(prediction, answers, false);
    exact += scores.exact;
    f1 += scores.f1;
  }
  return { exact_match: 100 * exact / questions.length, f1: 100 * f1 / questions.length };
}

/** Output of `evaluate-v2.0.py`, scores in percent. `HasAns_…` and `NoAns_…` are absent if there are no such questions. */
export interface SquadV2Metrics {
  /** Questions with a correct answer, or correctly left unanswered. */
  exact: number;
  /** Mean F1 with the best gold answer. */
  f1: number;
  /** Number of questions with a prediction. */
  total: number;
  /** `exact` over answerable questions. */
  HasAns_exact?: number;
  /** `f1` over answerable questions. */
  HasAns_f1?: number;
  /** Number of answerable questions. */
  HasAns_total?: number;
  /** `exact` over unanswerable questions. */
  NoAns_exact?: number;
  /** `f1` over unanswerable questions. */
  NoAns_f1?: number;
  /** Number of unanswerable questions. */
  NoAns_total?: number;
  /** Highest `exact` for any threshold of the no-answer score. */
  best_exact?: number;
  /** The threshold of `best_exact`. */
  best_exact_thresh?: number;
  /** Highest `f1` for any threshold of the no-answer score. */
  best_f1?: number;
  /** The threshold of `best_f1`. */
  best_f1_thresh?: number;
}

/** No-answer scores and their threshold. */
export interface NoAnswerOptions {
  /** Question id to no-answer score. Without it, every score is 0 and no best threshold is searched. */
  readonly scores?: ReadonlyMap<string, number>;
  /** Answers with a higher no-answer score count as empty; default 1, as in the script. */
  readonly threshold?: number;
}

interface ScoredQuestion {
  readonly exact: number;
  readonly f1: number;
  readonly hasAnswer: boolean;
}

/**
 * Scores predictions on SQuAD 2.0.
 *
 * A question without a prediction is excluded from all totals, including `HasAns` and `NoAns` (where the script stops with a KeyError).
 *
 * @param questions gold questions in the order of the file
 * @throws {SquadScoreError} if no question has a prediction, or a prediction has no no-answer score
 */
export function evaluateSquadV2(
  questions: readonly GoldQuestion[],
  predictions: Predictions,
  { scores: noAnswer, threshold = 1 }: NoAnswerOptions = {},
): SquadV2Metrics {
  const hasAnswer = new Map(questions.map(({ id, answers }) => [id, answers.length > 0]));
  const raw = rawScores(questions, predictions, hasAnswer);
  if (raw.size === 0) {
    throw new SquadScoreError("no question of the gold file has a prediction");
  }
  const thresholded = new Map<string, ScoredQuestion>();
  for (const [id, question] of raw) {
    const score = noAnswer === undefined ? 0 : noAnswer.get(id);
    if (score === undefined) {
      throw new SquadScoreError(`question ${shown(id)} has no no-answer score`);
    }
    const correct = Number(!question.hasAnswer);
    thresholded.set(
      id,
      score > threshold ? { ...question, exact: correct, f1: correct } : question,
    );
  }
  // The script adds in the order of the gold file; a repeated id counts at its first position.
  const ordered = [...thresholded.values()];
  const metrics: SquadV2Metrics = means(ordered);
  for (const [prefix, expected] of [["HasAns", true], ["NoAns", false]] as const) {
    const part = ordered.filter((question) => question.hasAnswer === expected);
    if (part.length === 0) continue;
    const { exact, f1, total } = means(part);
    metrics[`${prefix}_exact`] = exact;
    metrics[`${prefix}_f1`] = f1;
    metrics[`${prefix}_total`] = total;
  }
  if (noAnswer === undefined) return metrics;
  const best = (kind: "exact" | "f1"): BestThreshold =>
    findBestThreshold(
      noAnswer,
      new Map([...raw].map(([id, question]) => [id, {
        score: question[kind],
        hasAnswer: question.hasAnswer,
        empty: predictions.get(id) === "",
      }])),
      [...hasAnswer.values()].filter((has) => !has).length,
    );
  const exact = best("exact");
  const f1 = best("f1");
  return {
    ...metrics,
    best_exact: exact.score,
    best_exact_thresh: exact.threshold,
    best_f1: f1.score,
    best_f1_thresh: f1.threshold,
  };
}

/** Returns the scores before any threshold. Gold answers that normalize to nothing are ignored; without others, only an empty prediction is correct. */
function rawScores(
  questions: readonly GoldQuestion[],
  predictions: Predictions,
  hasAnswer: ReadonlyMap<string, boolean>,
): Map<string, ScoredQuestion> {
  const scores = new Map<string, ScoredQuestion>();
  for (const { id, answers } of questions) {
    const prediction = predictions.get(id);
    if (prediction === undefined) continue;
    const golds = answers.filter((answer) => normalizeAnswer(answer) !== "");
    const { exact, f1 } = bestScores(prediction, golds.length > 0 ? golds : [""], true);
    scores.set(id, { exact, f1, hasAnswer: hasAnswer.get(id)! });
  }
  return scores;
}

function means(questions: readonly ScoredQuestion[]): { exact: number; f1: number; total: number } {
  let exact = 0;
  let f1 = 0;
  for (const question of questions) {
    exact += question.exact;
    f1 += question.f1;
  }
  const total = questions.length;
  return { exact: 100 * exact / total, f1: 100 * f1 / total, total };
}

/** The part of a question that the threshold search needs. */
export interface ThresholdQuestion {
  /** Score of the predicted answer. */
  readonly score: number;
  /** Whether the question has a gold answer. */
  readonly hasAnswer: boolean;
  /** Whether the prediction is empty. */
  readonly empty: boolean;
}

/** The best threshold of the no-answer score. */
export interface BestThreshold {
  /** Score at the threshold, in percent of the scored questions. */
  readonly score: number;
  /** Questions with a no-answer score up to this are answered. */
  readonly threshold: number;
}

/**
 * Finds the best threshold as `find_best_thresh` of `evaluate-v2.0.py` does: it starts from answering nothing, which is correct for all unanswerable questions, and
 * answers one more question at a time, in increasing order of the no-answer score.
 *
 * @param noAnswer question id to no-answer score; equal scores keep this order
 * @param questions the scored questions by id
 * @param unanswerable number of unanswerable gold questions, scored or not
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
