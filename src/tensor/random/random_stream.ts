/**
 * A sequence of random numbers that is named by what it is for, not by what was drawn before.
 *
 * @module
 */
import { philox4x32Into } from "./philox.ts";

const TWO_TO_32 = 0x100000000;

/**
 * Draws numbers from the Philox sequence of a seed, a purpose and up to two places.
 *
 * The key is (low half of the seed, stream); the counter is (block, place 0, place 1, high half of
 * the seed). Two streams that differ in any of these never share a block.
 *
 * @example Two streams of one name are equal
 * ```ts
 * import { RandomStream } from "./random_stream.ts";
 *
 * const first = new RandomStream(12345, 1, 7).uniform();
 * if (first !== new RandomStream(12345, 1, 7).uniform()) throw new Error("not a pure function");
 * ```
 */
export class RandomStream {
  readonly #block: Uint32Array = new Uint32Array(4);
  readonly #key: [number, number];
  readonly #place: [number, number, number];
  #counter = 0;
  #left = 0;

  /**
   * Names a stream.
   *
   * @param seed The run's seed, an integer from 0 to 2^53 - 1.
   * @param stream What the numbers are for; a constant of the caller, 32 bits.
   * @param place0 Where they are used, for instance the epoch; 32 bits.
   * @param place1 Where they are used, for instance the example's index; 32 bits.
   * @throws {RangeError} When the seed is negative, not an integer or above 2^53 - 1.
   */
  constructor(seed: number, stream: number, place0: number = 0, place1: number = 0) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`The seed must be an integer from 0 to 2^53 - 1, got ${seed}`);
    }
    this.#key = [seed % TWO_TO_32 | 0, stream | 0];
    this.#place = [place0 | 0, place1 | 0, Math.floor(seed / TWO_TO_32)];
  }

  /**
   * The next 32 random bits.
   *
   * @returns An integer from 0 to 2^32 - 1.
   */
  word(): number {
    if (this.#left === 0) {
      const [a, b, c] = this.#place;
      philox4x32Into(this.#block, this.#counter++, a, b, c, this.#key[0], this.#key[1]);
      this.#left = 4;
    }
    return this.#block[4 - this.#left--];
  }

  /**
   * A number drawn evenly from [0, 1), a multiple of 2^-32.
   *
   * @returns The number.
   */
  uniform(): number {
    return this.word() / TWO_TO_32;
  }

  /**
   * An integer drawn evenly from 0 to `count` - 1, without bias: words past the last whole multiple
   * of `count` are drawn again.
   *
   * @param count How many values there are, 1 to 2^32.
   * @returns The integer.
   * @throws {RangeError} When `count` is out of range.
   */
  integer(count: number): number {
    if (!Number.isInteger(count) || count < 1 || count > TWO_TO_32) {
      throw new RangeError(`An integer needs a count from 1 to 2^32, got ${count}`);
    }
    const limit = TWO_TO_32 - TWO_TO_32 % count;
    let word = this.word();
    while (word >= limit) word = this.word();
    return word % count;
  }

  /**
   * Puts an array in an order drawn evenly from all orders (Fisher and Yates), in place.
   *
   * @param values What to shuffle.
   * @returns The same array.
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
