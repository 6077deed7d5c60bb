/**
 * The metrics of SQuAD 2.0, as its evaluation script `evaluate-v2.0.py` computes them.
 *
 * @module
 */
import { shown } from "../../../json/mod.ts";
import { bestScores } from "./answer_scores.ts";
import { type BestThreshold, findBestThreshold } from "./best_threshold.ts";
import { type GoldQuestion, type Predictions, SquadScoreError } from "./gold.ts";
import { normalizeAnswer } from "./normalize_answer.ts";

/** The script's JSON: scores in percent. `HasAns_…` and `NoAns_…` are absent where there is no such question. */
export interface SquadV2Metrics {
  /** Questions whose answer, or silence, is right. */
  exact: number;
  /** Mean overlap with the best gold answer. */
  f1: number;
  /** Questions that have a prediction. */
  total: number;
  /** `exact` over the questions that have an answer. */
  HasAns_exact?: number;
  /** `f1` over the questions that have an answer. */
  HasAns_f1?: number;
  /** How many of `total` have an answer. */
  HasAns_total?: number;
  /** `exact` over the questions without an answer. */
  NoAns_exact?: number;
  /** `f1` over the questions without an answer. */
  NoAns_f1?: number;
  /** How many of `total` have no answer. */
  NoAns_total?: number;
  /** Highest `exact` that a threshold on the no-answer score can give. */
  best_exact?: number;
  /** That threshold. */
  best_exact_thresh?: number;
  /** Highest `f1` that a threshold can give. */
  best_f1?: number;
  /** That threshold. */
  best_f1_thresh?: number;
}

/** No-answer scores and how they are used. */
export interface NoAnswerOptions {
  /** Question id to no-answer score; without it every score is 0 and no best threshold is looked for. */
  readonly scores?: ReadonlyMap<string, number>;
  /** An answer counts as empty where the score is above this; 1 if absent, as in the script. */
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
 * A question without a prediction leaves the totals, those of `HasAns` and `NoAns` too (where the script stops with a KeyError).
 *
 * @param questions gold questions in the file's order
 * @throws {SquadScoreError} when no question has a prediction, or a prediction lacks its no-answer score.
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
    const right = Number(!question.hasAnswer);
    thresholded.set(id, score > threshold ? { ...question, exact: right, f1: right } : question);
  }
  // In the order of the gold file, as the script adds up; an id that stands twice is at its first place.
  const ordered = [...thresholded.values()];
  const metrics: SquadV2Metrics = means(ordered);
  for (const [prefix, wanted] of [["HasAns", true], ["NoAns", false]] as const) {
    const part = ordered.filter((question) => question.hasAnswer === wanted);
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

/** Scores before any threshold. Gold answers that normalize to nothing do not count; without any, only silence is right. */
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
