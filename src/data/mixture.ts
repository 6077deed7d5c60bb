/**
 * Examples of several sources, in given proportions.
 *
 * @module
 */
import { RandomStream } from "../tensor/random/mod.ts";
import type { Example } from "./example.ts";
import type { ExampleSource } from "./example_dataset.ts";
import { STREAM } from "./streams.ts";

/** A source and its share of the examples. */
export interface MixturePart {
  /** Gives the examples. */
  readonly source: ExampleSource;
  /** Its weight; shares are weights divided by their sum. */
  readonly weight: number;
}

/** Where an example of a mixture comes from. */
export interface MixturePlace {
  /** The source's number. */
  readonly part: number;
  /** The example's number within the source. */
  readonly index: number;
}

/** Examples in which the shares hold exactly, to the nearest example. */
const BLOCK = 1000;

/**
 * Mixes sources. Every 1,000 examples hold each source as often as its weight says, to the nearest
 * example, in an order shuffled anew for each thousand; a source that is through begins its next
 * epoch. Which example comes where is a function of the number alone, as it is for each source.
 */
export class MixtureDataset implements ExampleSource {
  readonly #parts: readonly MixturePart[];
  readonly #seed: number;
  /** How many of a thousand examples each source gives. */
  readonly #counts: readonly number[];
  #block = -1;
  #places: Uint32Array = new Uint32Array();

  /**
   * Binds sources together.
   *
   * @param parts The sources and weights.
   * @param seed The run's seed.
   * @throws {RangeError} When there is no source or a weight is not above 0, or so small that its
   *   source would never come.
   */
  constructor(parts: readonly MixturePart[], seed: number) {
    if (parts.length === 0) throw new RangeError("A mixture needs a source");
    const sum = parts.reduce((total, { weight }) => total + weight, 0);
    for (const { weight } of parts) {
      if (!(weight > 0 && Number.isFinite(weight)) || weight / sum < 1 / BLOCK) {
        throw new RangeError(
          `A mixture's weights must be above 0 and at least 1 in ${BLOCK}, got ${weight} of ${sum}`,
        );
      }
    }
    this.#parts = parts;
    this.#seed = seed;
    this.#counts = apportion(parts.map(({ weight }) => weight / sum));
  }

  /**
   * Where an example comes from.
   *
   * @param index The example's number in the mixture.
   * @returns The source and the number there.
   */
  placeOf(index: number): MixturePlace {
    const block = Math.floor(index / BLOCK);
    const slot = index % BLOCK;
    const order = this.#orderOf(block);
    const part = order[slot];
    let before = 0;
    for (let i = 0; i < slot; i++) before += Number(order[i] === part);
    return { part, index: block * this.#counts[part] + before };
  }

  /** {@inheritDoc ExampleSource.exampleAt} */
  exampleAt(index: number, trace: boolean = false): Example {
    const place = this.placeOf(index);
    return this.#parts[place.part].source.exampleAt(place.index, trace);
  }

  /** The sources of a thousand examples. The last thousand asked for is kept. */
  #orderOf(block: number): Uint32Array {
    if (block !== this.#block) {
      const order = new Uint32Array(BLOCK);
      let slot = 0;
      this.#counts.forEach((count, part) => order.fill(part, slot, slot += count));
      this.#places = new RandomStream(this.#seed, STREAM.mixture, block).shuffle(order);
      this.#block = block;
    }
    return this.#places;
  }
}

/** Whole numbers that add up to a thousand and lie nearest the shares (largest remainders). */
function apportion(shares: readonly number[]): number[] {
  const counts = shares.map((share) => Math.max(1, Math.floor(share * BLOCK)));
  const missing = BLOCK - counts.reduce((a, b) => a + b, 0);
  const byRemainder = shares.map((share, i) => ({ i, rest: share * BLOCK - counts[i] }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of byRemainder.slice(0, Math.max(0, missing))) counts[i]++;
  return counts;
}
