/**
 * Frames of TensorFlow's record files: length, sum of the length, data, sum of the data.
 *
 * @module
 */
import { maskedCrc32c } from "./crc32c.ts";

/** Bytes of a frame before the data, and after it. */
const HEAD = 12;
const TAIL = 4;

/**
 * Puts data into a frame.
 *
 * @param data A message.
 * @returns The frame's bytes.
 */
export function frameRecord(data: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEAD + data.length + TAIL);
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(frame.subarray(0, 8)), true);
  frame.set(data, HEAD);
  view.setUint32(HEAD + data.length, maskedCrc32c(data), true);
  return frame;
}
