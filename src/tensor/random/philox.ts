/**
 * Philox4x32-10, a counter-based random number generator.
 *
 * A block of four 32-bit words is a pure function of a 128-bit counter and a 64-bit key. There is no
 * state to save, so blocks can be computed in any order, on any worker or device. Source: Salmon,
 * Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011) and its library
 * Random123.
 *
 * @module
 */

/** Four unsigned 32-bit words: a counter, or a block of random bits. */
export type Words4 = [number, number, number, number];
/** Two unsigned 32-bit words: a key. */
export type Words2 = [number, number];

const MULTIPLIER_0 = 0xD2511F53;
const MULTIPLIER_1 = 0xCD9E8D57;
// (√5 − 1)/2 and √3 − 1 as multiples of 2^-32.
const WEYL_0 = 0x9E3779B9;
const WEYL_1 = 0xBB67AE85;
const ROUNDS = 10;

/** Returns the upper 32 bits of the 64-bit product of two unsigned 32-bit integers, as a signed integer. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff, aHigh = a >>> 16;
  const bLow = b & 0xffff, bHigh = b >>> 16;
  // (2^16 − 1)^2 + 2^16 − 1 is below 2^32, so the partial sums do not overflow 32 bits.
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const carried = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carried >>> 16)) | 0;
}

/**
 * Computes one block into `out`, without allocating.
 *
 * @param out receives the four words
 * @param c0 lowest word of the counter
 * @param c1 second word of the counter
 * @param c2 third word of the counter
 * @param c3 highest word of the counter
 * @param k0 lower word of the key
 * @param k1 upper word of the key
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
 * Returns one block of four random 32-bit words.
 *
 * @param counter index of the block, lowest word first
 * @param key the key, lower word first
 * @returns four unsigned 32-bit words
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
