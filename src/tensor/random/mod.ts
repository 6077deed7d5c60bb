/**
 * Sequences of random numbers that depend on their purpose, not on what was drawn before.
 *
 * @module
 */
import { philox4x32 } from "../../../kernels/philox/philox.ts";

const TWO_TO_32 = 0x100000000;

/**
 * A sequence of random numbers, given by a seed, a stream id and two indices.
 *
 * The Philox key is (lower half of the seed, stream); the counter is (block, index 0, index 1, upper
 * half of the seed). Two sequences that differ in any of these never share a block.
 *
 * @example Equal arguments give equal sequences
 * ```ts
 * import { RandomStream } from "./mod.ts";
 *
 * const first = new RandomStream(12345, 1, 7).uniform();
 * if (first !== new RandomStream(12345, 1, 7).uniform()) throw new Error("sequences differ");
 * ```
 */
export class RandomStream {
  readonly #block: Uint32Array = new Uint32Array(4);
  readonly #key: [number, number];
  readonly #indices: [number, number, number];
  #counter = 0;
  #left = 0;

  /**
   * @param seed seed of the run, an integer from 0 to 2^53 − 1
   * @param stream id of the purpose, a constant of the caller, 32 bits
   * @param index0 for instance the epoch, 32 bits
   * @param index1 for instance the example's index, 32 bits
   * @throws {RangeError} if the seed is not an integer from 0 to 2^53 − 1
   */
  constructor(seed: number, stream: number, index0: number = 0, index1: number = 0) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`The seed must be an integer from 0 to 2^53 - 1, got ${seed}`);
    }
    this.#key = [seed % TWO_TO_32 | 0, stream | 0];
    this.#indices = [index0 | 0, index1 | 0, Math.floor(seed / TWO_TO_32)];
  }

  /**
   * Returns the next 32 random bits, as an integer from 0 to 2^32 − 1.
   */
  word(): number {
    if (this.#left === 0) {
      const [a, b, c] = this.#indices;
      philox4x32(this.#block, this.#counter++, a, b, c, this.#key[0], this.#key[1]);
      this.#left = 4;
    }
    return this.#block[4 - this.#left--];
  }

  /**
   * Returns a uniformly distributed number in [0, 1), a multiple of 2^-32.
   */
  uniform(): number {
    return this.word() / TWO_TO_32;
  }

  /**
   * Returns a uniformly distributed integer from 0 to `count − 1`, without bias (by rejection).
   *
   * @param count number of values, 1 to 2^32
   * @throws {RangeError} if `count` is not an integer from 1 to 2^32
   */
  integer(count: number): number {
    if (!Number.isInteger(count) || count < 1 || count > TWO_TO_32) {
      throw new RangeError(`The count must be an integer from 1 to 2^32, got ${count}`);
    }
    const limit = TWO_TO_32 - TWO_TO_32 % count;
    let word = this.word();
    while (word >= limit) word = this.word();
    return word % count;
  }

  /**
   * Shuffles an array in place (Fisher–Yates); all permutations have the same probability.
   *
   * @returns the same array
   */
  shuffle<T extends { length: number; [index: number]: unknown }>(values: T): T {
    for (let last = values.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const kept = values[last];
      values[last] = values[other];
      values[other] = kept;
    }
    return values;
  }
}
