/**
 * Sums that travel in half precision: half the bytes, single precision where it is added.
 *
 * Every rank adds up one piece of the values, in the order of the ranks, and sends the sum to all. A piece carries a power of two that its values were scaled by, so
 * that its largest has nearly the largest exponent of half precision: small gradients do not vanish and large ones do not overflow.
 *
 * @module
 */
import type { World } from "./world.ts";

/** Bytes before the values of a piece: the scale. */
const HEADER = 4;
/** Scaled values stay below 2 to this. */
const TOP_EXPONENT = 15;

/** Overwrites the values with their sums over all ranks, rounded to half precision. Collective. */
export async function allReduceHalf(world: World, values: Float32Array): Promise<void> {
  const { size, rank } = world;
  const length = Math.ceil(values.length / size);
  // Typed arrays start at multiples of their elements: the scale takes four bytes, and pieces come out even.
  const bytes = HEADER + 2 * (length + length % 2);
  const piece = (index: number) => values.subarray(index * length, (index + 1) * length);
  const send = new Uint8Array(size * bytes);
  for (let i = 0; i < size; i++) encode(piece(i), send.subarray(i * bytes, (i + 1) * bytes));
  const received = new Uint8Array(size * bytes);
  await world.allToAll(send, received);

  const sum = piece(rank).fill(0);
  const part = new Float32Array(sum.length);
  for (let i = 0; i < size; i++) {
    decode(received.subarray(i * bytes, (i + 1) * bytes), part);
    for (let k = 0; k < sum.length; k++) sum[k] += part[k];
  }

  const own = new Uint8Array(bytes);
  encode(sum, own);
  await world.allGather(own, received);
  for (let i = 0; i < size; i++) {
    decode(received.subarray(i * bytes, (i + 1) * bytes), piece(i));
  }
}

function encode(values: Float32Array, into: Uint8Array): void {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (size > largest) largest = size;
  }
  // NaN and infinity stay what they are, and are found after the sum.
  const exponent = largest > 0 && largest < Infinity
    ? Math.max(-126, Math.min(126, TOP_EXPONENT - 1 - Math.floor(Math.log2(largest))))
    : 0;
  const scale = 2 ** exponent;
  new Float32Array(into.buffer, into.byteOffset, 1)[0] = scale;
  const scaled = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) scaled[i] = values[i] * scale;
  // Whole arrays are converted ten times as fast as elements.
  new Float16Array(into.buffer, into.byteOffset + HEADER, values.length).set(scaled);
}

function decode(bytes: Uint8Array, into: Float32Array): void {
  const [scale] = new Float32Array(bytes.buffer, bytes.byteOffset, 1);
  const half = new Float16Array(bytes.buffer, bytes.byteOffset + HEADER, into.length);
  const factor = 1 / scale;
  for (let i = 0; i < into.length; i++) into[i] = half[i] * factor;
}
