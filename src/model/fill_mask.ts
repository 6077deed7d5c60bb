/**
 * Predicts the tokens of masks.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import { checkCount } from "../json/mod.ts";
import type { Tokenizer } from "../text/mod.ts";
import { ConfigError } from "./config.ts";
import { type Encoder, singleText } from "./encoder.ts";
import { readMaskedLogits } from "./heads/pretraining.ts";
import { softmax, topK } from "./probabilities.ts";

/** A candidate for a mask. */
export interface MaskCandidate {
  /** Id of the piece. */
  readonly id: number;
  /** The piece as in the vocabulary. A SentencePiece piece that starts a word begins with `▁`. */
  readonly piece: string;
  /** Probability that the model assigns to the piece, 0 to 1. */
  readonly probability: number;
}

/** Candidates for one mask, the most probable first. */
export type FilledMask = readonly MaskCandidate[];

/**
 * Predicts the most probable pieces for each `[MASK]` of a text.
 *
 * @param text contains `[MASK]` at least once
 * @param top number of candidates per mask
 * @returns candidates for each mask, in text order
 * @throws {ConfigError} if the text has no mask, or is longer than `maxPositionEmbeddings`
 * @throws {RangeError} if `top` is not a positive integer, or logits are NaN or infinite
 */
export async function fillMask(
  device: Device,
  encoder: Encoder,
  tokenizer: Tokenizer,
  text: string,
  top: number = 5,
): Promise<FilledMask[]> {
  checkCount("top", top);
  const { ids } = tokenizer.encodePair(text);
  const mask = tokenizer.specialIds.mask;
  const positions = Uint32Array.from(ids.keys()).filter((position) => ids[position] === mask);
  if (positions.length === 0) {
    throw new ConfigError(
      `The text must contain ${tokenizer.specialTokens.mask}, got ${JSON.stringify(text)}`,
    );
  }
  const { sequenceOutput } = encoder.forward({ device }, singleText(ids));
  const rows = await readMaskedLogits(device, encoder, sequenceOutput, positions);
  return rows.map((logits) => mostProbable(logits, tokenizer, top));
}

/** Returns the most probable pieces of one mask. @throws {RangeError} if logits are NaN or infinite */
export function mostProbable(
  logits: Float32Array,
  tokenizer: Tokenizer,
  top: number,
): MaskCandidate[] {
  const probabilities = softmax(logits);
  if (!Number.isFinite(probabilities[0])) {
    throw new RangeError("The logits of a mask are not finite");
  }
  // Rows beyond the vocabulary, of a matrix padded to a multiple, have no piece.
  const pieces = logits.subarray(0, tokenizer.vocabularySize);
  return topK(pieces, top).map((id) => ({
    id,
    piece: tokenizer.idToPiece(id),
    probability: probabilities[id],
  }));
}
