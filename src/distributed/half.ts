/**
 * All-reduce with float16 messages: half the bytes, with sums in float32.
 *
 * Each rank sums one piece of the values, in rank order, and sends the sum to all ranks. Each piece is scaled by a power of two, sent with it, so that its largest
 * value lies near the top of the float16 range: small gradients do not underflow and large gradients do not overflow.
 *
 * @module
 */
import type { ProcessGroup } from "./process_group.ts";

/** Size in bytes of the scale (a float32) at the start of a piece. */
const HEADER = 4;
/** Scaled values are smaller than 2 to this power. */
const TOP_EXPONENT = 15;

/** Overwrites float32 values with their elementwise sums over all ranks, rounded to scaled float16. Every rank gets the same result. Collective. */
export async function allReduceHalf(group: ProcessGroup, values: Float32Array): Promise<void> {
  const { size, rank } = group;
  const length = Math.ceil(values.length / size);
  // A piece takes a multiple of 4 bytes, because the Float32Array over its scale must be aligned.
  const bytes = HEADER + 2 * (length + length % 2);
  const piece = (index: number) => values.subarray(index * length, (index + 1) * length);
  const send = new Uint8Array(size * bytes);
  for (let i = 0; i < size; i++) encode(piece(i), send.subarray(i * bytes, (i + 1) * bytes));
  const received = new Uint8Array(size * bytes);
  await group.allToAll(send, received);

  const sum = piece(rank).fill(0);
  const part = new Float32Array(sum.length);
  for (let i = 0; i < size; i++) {
    decode(received.subarray(i * bytes, (i + 1) * bytes), part);
    for (let k = 0; k < sum.length; k++) sum[k] += part[k];
  }

  const own = new Uint8Array(bytes);
  encode(sum, own);
  await group.allGather(own, received);
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
  // NaN and infinity are sent unscaled; the caller detects them in the sum.
  const exponent = largest > 0 && largest < Infinity
    ? Math.max(-126, Math.min(126, TOP_EXPONENT - 1 - Math.floor(Math.log2(largest))))
    : 0;
  const scale = 2 ** exponent;
  new Float32Array(into.buffer, into.byteOffset, 1)[0] = scale;
  const scaled = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) scaled[i] = values[i] * scale;
  // Converting a whole array is about ten times as fast as converting each element.
  new Float16Array(into.buffer, into.byteOffset + HEADER, values.length).set(scaled);
}

function decode(bytes: Uint8Array, into: Float32Array): void {
  const [scale] = new Float32Array(bytes.buffer, bytes.byteOffset, 1);
  const half = new Float16Array(bytes.buffer, bytes.byteOffset + HEADER, into.length);
  const factor = 1 / scale;
  for (let i = 0; i < into.length; i++) into[i] = half[i] * factor;
}
