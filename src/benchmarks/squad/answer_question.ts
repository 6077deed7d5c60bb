/**
 * Answers a single question about a text.
 *
 * @module
 */
import type { Device } from "../../device/mod.ts";
import type { Encoder } from "../../model/mod.ts";
import type { Tokenizer } from "../../text/mod.ts";
import { predictAll } from "../../train/mod.ts";
import { type DecodedAnswer, decodeQuestion } from "./decode.ts";
import { squadFeatures } from "./features.ts";
import { linearHead, type SquadTaskHead } from "./heads.ts";

/** Maximum number of windows per batch. */
const BATCH = 8;

/**
 * Answers a question about a text of any length.
 *
 * @param maxLength maximum length of a window in tokens; default 384, or the model's maximum if smaller
 * @throws {RangeError} if the question leaves no room for the text in a window
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
