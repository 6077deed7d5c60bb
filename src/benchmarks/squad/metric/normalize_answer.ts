/**
 * The answer normalization of SQuAD's evaluation scripts, with the meaning that Python gives each of its steps.
 *
 * @module
 */

/** Python's `string.punctuation`. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;

/**
 * Python's `\b(a|an|the)\b`. A word character is there what `str.isalnum` accepts, or `_`: letters and numbers of every script, no combining
 * marks. JavaScript's own `\b` knows ASCII only.
 */
const ARTICLES = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** What Python's `str.split()` parts at: unlike `\s` with U+001C … U+001F and U+0085, and without U+FEFF. */
// deno-lint-ignore no-control-regex
const WHITESPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/**
 * Words of an answer as the metrics count them: lower case, without punctuation and articles.
 *
 * @param answer any text
 */
export function answerTokens(answer: string): string[] {
  return answer
    .toLowerCase()
    .replace(PUNCTUATION, "")
    .replace(ARTICLES, " ")
    .split(WHITESPACE)
    .filter((token) => token !== "");
}

/**
 * An answer in the form that two answers are compared in.
 *
 * @param answer any text
 * @returns {@linkcode answerTokens} with one space between
 */
export function normalizeAnswer(answer: string): string {
  return answerTokens(answer).join(" ");
}
