/**
 * Filling in masked words.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import type { Tokenizer } from "../text/mod.ts";
import { ConfigError } from "./config.ts";
import type { Encoder } from "./encoder.ts";
import { maskedLanguageLogits } from "./heads/masked_language.ts";

/** A word for a mask, and how likely the model thinks it. */
export interface MaskCandidate {
  /** The piece's id. */
  readonly id: number;
  /** The vocabulary's piece, with its word marker `▁`. */
  readonly piece: string;
  /** From 0 to 1. */
  readonly probability: number;
}

/** Candidates for one mask of a text, the likeliest first. */
export type FilledMask = readonly MaskCandidate[];

/**
 * The likeliest pieces for every `[MASK]` of a text.
 *
 * @param text holds the mask's name (`[MASK]`) at least once
 * @param top candidates for each mask
 * @throws {ConfigError} when the text has no mask or is longer than the model's positions.
 */
export async function fillMask(
  device: Device,
  encoder: Encoder,
  tokenizer: Tokenizer,
  text: string,
  top: number = 5,
): Promise<FilledMask[]> {
  const { ids } = tokenizer.encodePair(text, undefined, { specialTokens: true });
  const mask = tokenizer.specialIds.mask;
  const positions = Uint32Array.from(ids.keys()).filter((position) => ids[position] === mask);
  if (positions.length === 0) {
    throw new ConfigError(
      `The text has no ${tokenizer.specialTokens.mask} to fill in: ${JSON.stringify(text)}`,
    );
  }
  const input = {
    batch: 1,
    sequence: ids.length,
    inputIds: Uint32Array.from(ids),
    tokenTypeIds: new Uint32Array(ids.length),
    lengths: Uint32Array.of(ids.length),
  };
  const { sequenceOutput } = encoder.forward({ device }, input);
  const { view, columns, pitch } = maskedLanguageLogits(
    { device },
    encoder,
    sequenceOutput,
    positions,
  );
  const logits = await device.read(view) as Float32Array;
  return Array.from(positions, (_, row) => {
    const start = row * pitch;
    return likeliest(logits.subarray(start, start + columns), tokenizer, top);
  });
}

function likeliest(logits: Float32Array, tokenizer: Tokenizer, top: number): MaskCandidate[] {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  return Array.from(logits.keys())
    .sort((a, b) => logits[b] - logits[a])
    .slice(0, top)
    .map((id) => ({
      id,
      piece: tokenizer.idToPiece(id),
      probability: Math.exp(logits[id] - largest) / total,
    }));
}
