/**
 * Questions as sequences, as google-research/albert `race_utils.py` lays them out.
 *
 * @module
 */
import type { Tokenizer } from "../../text/mod.ts";
import type { FinetuneExample, Sequence } from "../../train/mod.ts";
import type { RaceQuestion } from "./reader.ts";

/** Last tokens of question and option that stay. */
const MAX_QA_LENGTH = 128;
/** `[CLS]`, `[SEP]`, `[SEP]`. */
const SPECIAL = 3;

/** A question with a sequence for each option. */
export interface RaceExample extends FinetuneExample {
  /** What it was made from. */
  readonly question: RaceQuestion;
}

/** The option in the question's gaps, or behind the question. */
export function questionWithOption(question: string, option: string): string {
  return question.includes("_") ? question.split("_").join(option) : `${question} ${option}`;
}

/** Lays questions out as `[CLS] article [SEP] question and option [SEP]`; the article is cut at its end. */
export function raceExamples(
  questions: readonly RaceQuestion[],
  tokenizer: Tokenizer,
  maxLength: number,
): RaceExample[] {
  const { cls, sep } = tokenizer.specialIds;
  // The questions of a passage follow each other.
  let article = "";
  let articleIds: Int32Array = new Int32Array();
  const qaLength = Math.min(MAX_QA_LENGTH, maxLength - SPECIAL);
  return questions.map((question) => {
    if (question.article !== article) {
      article = question.article;
      articleIds = tokenizer.encodeIds(article);
    }
    const sequences = question.options.map((option): Sequence => {
      const qa = tokenizer.encodeIds(questionWithOption(question.question, option));
      const kept = qa.subarray(Math.max(qa.length - qaLength, 0));
      const text = articleIds.subarray(0, maxLength - SPECIAL - kept.length);
      const ids = Uint32Array.of(cls, ...text, sep, ...kept, sep);
      return { ids, typeIds: new Uint8Array(ids.length).fill(1, text.length + 2) };
    });
    return { question, sequences };
  });
}
