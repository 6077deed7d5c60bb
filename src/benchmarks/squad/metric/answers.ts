/**
 * Scores of a single answer: normalization, exact match and F1 of SQuAD's evaluation scripts, with the exact meaning of each step in Python.
 *
 * @module
 */

/** A question with its gold answers. */
export interface GoldQuestion {
  /** Id of the question. */
  readonly id: string;
  /** Texts of the gold answers; empty for an unanswerable question (2.0). */
  readonly answers: readonly string[];
}

/** Predictions in the order of their file: question id to answer. */
export type Predictions = ReadonlyMap<string, string>;

/** Thrown if predictions cannot be scored; the message names the question id. */
export class SquadScoreError extends Error {
  /** @ignore */
  override readonly name: string = "SquadScoreError";
}

/** Python's `string.punctuation`. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;

/**
 * Python's `\b(a|an|the)\b`. Its word characters are those accepted by `str.isalnum`, and `_`: letters and numbers of all scripts, without combining marks. JavaScript's
 * `\b` supports ASCII only.
 */
const ARTICLES = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** Characters at which Python's `str.split()` splits. Unlike `\s`, they include U+001C … U+001F and U+0085, and exclude U+FEFF. */
// deno-lint-ignore no-control-regex
const WHITESPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Returns the tokens of an answer for F1: lower-cased words without punctuation and articles. */
export function answerTokens(answer: string): string[] {
  return answer
    .toLowerCase()
    .replace(PUNCTUATION, "")
    .replace(ARTICLES, " ")
    .split(WHITESPACE)
    .filter((token) => token !== "");
}

/** Returns an answer in the form for exact match: its {@linkcode answerTokens} separated by spaces. */
export function normalizeAnswer(answer: string): string {
  return answerTokens(answer).join(" ");
}

/** Scores of one answer, each 0 to 1. */
export interface AnswerScores {
  /** 1 if the normalized texts are equal. */
  readonly exact: number;
  /** Harmonic mean of precision and recall of the tokens. */
  readonly f1: number;
}

/**
 * Returns the best scores of an answer against any of the gold answers.
 *
 * @param noTokensAgree whether F1 is 1 if neither side has a token (SQuAD 2.0), or 0 (1.1)
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

/** Returns the F1 of two bags of tokens. The order of operations is that of the scripts, so that results are equal to the last bit. */
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
