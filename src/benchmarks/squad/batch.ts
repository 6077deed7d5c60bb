/**
 * Windows side by side, as the encoder takes them.
 *
 * @module
 */
import type { EncoderInput, SquadHeadLabels } from "../../model/mod.ts";
import { mayAnswer, type SquadWindow } from "./features.ts";

/** Windows padded to one length, with the labels of either head. */
export interface SquadBatch extends EncoderInput, SquadHeadLabels {}

/**
 * Collates windows.
 *
 * @param sequence at least the longest window
 * @param padId fills up
 */
export function collateWindows(
  windows: readonly SquadWindow[],
  sequence: number,
  padId: number,
): SquadBatch {
  const batch = windows.length;
  const inputIds = new Uint32Array(batch * sequence).fill(padId);
  const tokenTypeIds = new Uint32Array(batch * sequence);
  const allowed = new Uint8Array(batch * sequence);
  for (const [example, window] of windows.entries()) {
    const row = example * sequence;
    inputIds.set(window.inputIds, row);
    tokenTypeIds.set(window.tokenTypeIds, row);
    for (let position = 0; position < sequence; position++) {
      allowed[row + position] = Number(mayAnswer(window, position));
    }
  }
  return {
    batch,
    sequence,
    inputIds,
    tokenTypeIds,
    lengths: Uint32Array.from(windows, (window) => window.inputIds.length),
    allowed,
    starts: Uint32Array.from(windows, ({ start }) => start),
    ends: Uint32Array.from(windows, ({ end }) => end),
    impossible: Float32Array.from(windows, ({ start }) => Number(start === 0)),
  };
}
