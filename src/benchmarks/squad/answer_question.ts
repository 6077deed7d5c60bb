/**
 * One question on one text.
 *
 * @module
 */
import type { Device } from "../../device/mod.ts";
import type { Encoder } from "../../model/mod.ts";
import type { Tokenizer } from "../../text/mod.ts";
import { predictAll } from "../../train/mod.ts";
import { type DecodedAnswer, decodeQuestion } from "./decode.ts";
import { squadFeatures } from "./features.ts";
import type { SquadTaskHead } from "./head.ts";
import { linearHead } from "./linear_head.ts";

/** Windows that the device holds at once. */
const BATCH = 8;

/**
 * Looks for the answer to a question in a text of any length.
 *
 * @param maxLength tokens of a window; the model's positions if absent
 * @throws {RangeError} when the question leaves no place for the text.
 */
export async function answerQuestion(
  device: Device,
  encoder: Encoder,
  head: SquadTaskHead,
  tokenizer: Tokenizer,
  question: string,
  context: string,
  maxLength: number = Math.min(encoder.config.maxPositionEmbeddings, 384),
): Promise<DecodedAnswer> {
  const asked = { id: "the question", title: "", question, context, answers: [] };
  const { windows } = squadFeatures({ version: "2.0", questions: [asked] }, tokenizer, {
    maxLength,
  });
  const scores = await predictAll(device, encoder, head, windows, BATCH, maxLength);
  return decodeQuestion(
    asked,
    windows.map((window, i) => ({ window, scores: scores[i] })),
    { againstBest: head === linearHead },
  );
}
