/**
 * How well one answer matches one gold answer.
 *
 * @module
 */
import { answerTokens, normalizeAnswer } from "./normalize_answer.ts";

/** Scores of one question, each in 0 … 1. */
export interface AnswerScores {
  /** 1 where the normalized texts are equal. */
  readonly exact: number;
  /** Harmonic mean of precision and recall over the words. */
  readonly f1: number;
}

/**
 * The best scores that an answer gets against any of the gold answers.
 *
 * @param noTokensAgree whether F1 is 1 where neither side has a word (SQuAD 2.0), or 0 (1.1)
 */
export function bestScores(
  prediction: string,
  golds: readonly string[],
  noTokensAgree: boolean,
): AnswerScores {
  const normalized = normalizeAnswer(prediction);
  const tokens = answerTokens(prediction);
  let exact = 0;
  let f1 = 0;
  for (const gold of golds) {
    exact = Math.max(exact, Number(normalizeAnswer(gold) === normalized));
    f1 = Math.max(f1, tokenF1(answerTokens(gold), tokens, noTokensAgree));
  }
  return { exact, f1 };
}

/** F1 of two bags of words; the order of operations is the scripts', so that the last bit is too. */
function tokenF1(
  gold: readonly string[],
  predicted: readonly string[],
  noTokensAgree: boolean,
): number {
  if (gold.length === 0 || predicted.length === 0) {
    return Number(noTokensAgree && gold.length === predicted.length);
  }
  const left = new Map<string, number>();
  for (const token of gold) left.set(token, (left.get(token) ?? 0) + 1);
  let common = 0;
  for (const token of predicted) {
    const count = left.get(token) ?? 0;
    if (count === 0) continue;
    common++;
    left.set(token, count - 1);
  }
  if (common === 0) return 0;
  const precision = common / predicted.length;
  const recall = common / gold.length;
  return (2 * precision * recall) / (precision + recall);
}
