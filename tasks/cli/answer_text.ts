/**
 * The output of `albert predict answer`.
 *
 * @module
 */
import type { DecodedAnswer } from "../../src/benchmarks/mod.ts";
import { formatPercent } from "../../src/json/mod.ts";

/** Formats answers as JSON. Positions are in UTF-16 units, as JavaScript counts, and in code points, as SQuAD and Python count. */
export function answerJson(
  question: string,
  context: string,
  { nBest, noAnswer }: DecodedAnswer,
  top: number,
): string {
  const codePoints = (text: string) => [...text].length;
  const answers = nBest.slice(0, top).map(({ text, start, probability }) => {
    const code_point_start = codePoints(context.slice(0, start));
    return {
      text,
      start,
      end: start + text.length,
      code_point_start,
      code_point_end: code_point_start + codePoints(text),
      probability,
    };
  });
  return JSON.stringify({ question, answers, no_answer_score: noAnswer }, null, 2);
}

/** Formats the text with its best answer marked, and the n-best answers. */
export function answerText(
  text: string,
  { nBest, noAnswer }: DecodedAnswer,
  top: number,
  color: boolean,
): string {
  const [{ text: answer, start }] = nBest;
  const [open, close] = color ? ["\x1b[1;7m", "\x1b[0m"] : ["»", "«"];
  const end = start + answer.length;
  const marked = answer === ""
    ? text
    : `${text.slice(0, start)}${open}${answer}${close}${text.slice(end)}`;
  const lines = nBest.slice(0, top).map(({ text, probability }) =>
    `  ${formatPercent(probability).padStart(6)}  ${text === "" ? "(no answer)" : text}`
  );
  return [marked, "", ...lines, `  no-answer score ${noAnswer.toFixed(2)}`].join("\n");
}
