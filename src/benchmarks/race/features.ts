/**
 * Converts questions to token sequences as in google-research/albert `race_utils.py`.
 *
 * @module
 */
import type { Tokenizer } from "../../text/mod.ts";
import type { FinetuneExample, Sequence } from "../../train/mod.ts";
import type { RaceQuestion } from "./reader.ts";

/** Maximum number of tokens of question and option; the last ones are kept. */
const MAX_QA_LENGTH = 128;
/** Number of special tokens: `[CLS]` and two `[SEP]`. */
const SPECIAL = 3;

/** A question with one sequence per option. */
export interface RaceExample extends FinetuneExample {
  /** The question. */
  readonly question: RaceQuestion;
}

/**
 * Fills the gaps (`_`) of a question with an option, or appends the option if there are none. Both are cleaned before, because cleaning removes outer
 * spaces and turns other characters, such as U+FF3F, into gaps.
 */
export function questionWithOption(question: string, option: string): string {
  return question.includes("_") ? question.split("_").join(option) : `${question} ${option}`;
}

/** What {@linkcode raceExamples} truncates, for notices. */
export const RACE_NOUN = "questions with their passages";

/**
 * Encodes each option as `[CLS] article [SEP] question and option [SEP]`. The end of the article is truncated.
 *
 * @param maxLength maximum sequence length in tokens
 */
export function raceExamples(
  questions: readonly RaceQuestion[],
  tokenizer: Tokenizer,
  maxLength: number,
): RaceExample[] {
  const { cls, sep } = tokenizer.specialIds;
  // Questions of the same passage are consecutive, so the article is tokenized once.
  let article = "";
  let articleIds: Int32Array = new Int32Array();
  const qaLength = Math.min(MAX_QA_LENGTH, maxLength - SPECIAL);
  return questions.map((question) => {
    if (question.article !== article) {
      article = question.article;
      articleIds = tokenizer.encodeIds(article);
    }
    const cleaned = tokenizer.clean(question.question);
    let length = 0;
    const sequences = question.options.map((option): Sequence => {
      const qa = tokenizer.encodeIds(questionWithOption(cleaned, tokenizer.clean(option)));
      length = Math.max(length, articleIds.length + qa.length + SPECIAL);
      const kept = qa.subarray(Math.max(qa.length - qaLength, 0));
      const text = articleIds.subarray(0, maxLength - SPECIAL - kept.length);
      const ids = Uint32Array.of(cls, ...text, sep, ...kept, sep);
      return { ids, typeIds: new Uint8Array(ids.length).fill(1, text.length + 2) };
    });
    return { question, sequences, length };
  });
}
