/**
 * Philox4x32-10, a counter-based random number generator.
 *
 * A block of four 32-bit words is a pure function of a 128-bit counter and a 64-bit key. There is no
 * state to carry along or to save: whoever knows the key and the counter can compute the block, in
 * any order, on any worker or device. Source: Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3" (SC 2011) and its Random123 library.
 *
 * @module
 */

/** Four unsigned 32-bit words: a counter, or a block of random bits. */
export type Words4 = [number, number, number, number];
/** Two unsigned 32-bit words: a key. */
export type Words2 = [number, number];

const MULTIPLIER_0 = 0xD2511F53;
const MULTIPLIER_1 = 0xCD9E8D57;
// The golden ratio and the square root of 3 minus 1, as fractions of 2^32.
const WEYL_0 = 0x9E3779B9;
const WEYL_1 = 0xBB67AE85;
const ROUNDS = 10;

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit numbers, as a signed number. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff, aHigh = a >>> 16;
  const bLow = b & 0xffff, bHigh = b >>> 16;
  // (2^16 - 1)^2 + 2^16 - 1 is below 2^32: neither partial sum overflows 32 bits.
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const carried = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carried >>> 16)) | 0;
}

/**
 * Computes one block into `out`, without allocating.
 *
 * @param out Receives the four words at 0 to 3.
 * @param c0 Counter, lowest word.
 * @param c1 Counter, second word.
 * @param c2 Counter, third word.
 * @param c3 Counter, highest word.
 * @param k0 Key, lower word.
 * @param k1 Key, upper word.
 */
export function philox4x32Into(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/**
 * One block of four random 32-bit words.
 *
 * @param counter Which block of the key's sequence, lowest word first.
 * @param key Which sequence, lower word first.
 * @returns Four unsigned 32-bit words.
 *
 * @example The first known-answer vector of Random123
 * ```ts
 * import { philox4x32 } from "./philox.ts";
 *
 * const block = philox4x32([0, 0, 0, 0], [0, 0]);
 * if (block[0] !== 0x6627e8d5) throw new Error("not Philox4x32-10");
 * ```
 */
export function philox4x32(counter: Words4, key: Words2): Words4 {
  const out = new Uint32Array(4);
  philox4x32Into(out, counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
  return [out[0], out[1], out[2], out[3]];
}
