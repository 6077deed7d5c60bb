/**
 * What `albert predict answer` does.
 *
 * @module
 */
import {
  answerQuestion,
  type DecodedAnswer,
  squadHeadOf,
} from "../../../src/benchmarks/squad/mod.ts";
import { openDevice } from "../../../src/device/mod.ts";
import { Encoder, encoderSpecs, Parameters } from "../../../src/model/mod.ts";
import { loadFinetuned } from "../../../src/train/mod.ts";
import type { AnswerFlags } from "../predict.ts";
import { openCheckpoint } from "../open_checkpoint.ts";

/** Loads the checkpoint and prints the answer in its place. */
export async function predictAnswer(
  flags: AnswerFlags,
  question: string,
  given: string | undefined,
): Promise<void> {
  const text = given ?? (await new Response(Deno.stdin.readable).text()).trim();
  const { config, weights, tokenizer } = await openCheckpoint(flags.checkpoint, flags);
  const head = squadHeadOf(config, weights);
  const device = await openDevice({ device: flags.device, blas: flags.blas });
  try {
    const specs = [...encoderSpecs(config, { pooler: false }), ...head.headSpecs(config)];
    const encoder = new Encoder(config, new Parameters(device, specs, { trainable: false }));
    loadFinetuned(encoder, head, weights);
    const decoded = await answerQuestion(device, encoder, head, tokenizer, question, text);
    console.log(
      flags.json
        ? answerJson(question, decoded, flags.top)
        : answerText(text, decoded, flags.top, Deno.stdout.isTerminal() && !Deno.noColor),
    );
  } finally {
    await device.destroy();
  }
}

/** Answers with their places, in UTF-16 units. */
function answerJson(question: string, { nBest, noAnswer }: DecodedAnswer, top: number): string {
  const answers = nBest.slice(0, top).map(({ text, start, probability }) => ({
    text,
    start,
    end: start + text.length,
    probability,
  }));
  return JSON.stringify({ question, answers, no_answer_score: noAnswer }, null, 2);
}

/** The text with its best answer marked, and under it the likeliest answers. */
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
    `  ${(100 * probability).toFixed(1).padStart(5)}%  ${text === "" ? "(no answer)" : text}`
  );
  return [marked, "", ...lines, `  no-answer score ${noAnswer.toFixed(2)}`].join("\n");
}
