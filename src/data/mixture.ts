/**
 * Mixtures of sources of examples in given proportions.
 *
 * @module
 */
import { RandomStream } from "../tensor/random/mod.ts";
import type { Example } from "./example.ts";
import type { ExampleSource } from "./example_dataset.ts";
import { STREAM } from "./streams.ts";

/** A source and its weight. */
export interface MixturePart {
  /** The source. */
  readonly source: ExampleSource;
  /** Its weight, relative to the sum of all weights. */
  readonly weight: number;
}

/** The source of an example of a mixture. */
export interface MixturePlace {
  /** Index of the source. */
  readonly part: number;
  /** Number of the example in the source. */
  readonly index: number;
}

/** Number of examples in which the proportions are exact, to the nearest example. */
const BLOCK = 1000;

/**
 * Mixes sources. Every 1,000 examples contain each source in proportion to its weight, to the nearest
 * example, in a random order that differs for each thousand. Each source continues with its next epoch.
 * The source of an example depends only on its number and the seed.
 */
export class MixtureDataset implements ExampleSource {
  readonly #parts: readonly MixturePart[];
  readonly #seed: number;
  /** Number of examples of each source per thousand. */
  readonly #counts: readonly number[];
  #block = -1;
  #places: Uint32Array = new Uint32Array();

  /**
   * Creates a mixture.
   *
   * @param parts The sources and weights.
   * @param seed The run's seed.
   * @throws {RangeError} If there is no source, or a weight is not positive or too small for one
   *   example per thousand.
   */
  constructor(parts: readonly MixturePart[], seed: number) {
    if (parts.length === 0) throw new RangeError("A mixture needs at least one source");
    const sum = parts.reduce((total, { weight }) => total + weight, 0);
    for (const { weight } of parts) {
      if (!(weight > 0 && Number.isFinite(weight)) || weight / sum < 1 / BLOCK) {
        throw new RangeError(
          `Weights of a mixture must be positive and at least 1 in ${BLOCK}, got ${weight} of ${sum}`,
        );
      }
    }
    this.#parts = parts;
    this.#seed = seed;
    this.#counts = apportion(parts.map(({ weight }) => weight / sum));
  }

  /**
   * Returns the source of an example.
   *
   * @param index Number of the example in the mixture.
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

  /** Returns the sources of a thousand examples. The latest thousand is kept. */
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

/** Integers that add up to a thousand, closest to the proportions (largest remainder method). */
function apportion(shares: readonly number[]): number[] {
  const counts = shares.map((share) => Math.max(1, Math.floor(share * BLOCK)));
  const missing = BLOCK - counts.reduce((a, b) => a + b, 0);
  const byRemainder = shares.map((share, i) => ({ i, rest: share * BLOCK - counts[i] }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of byRemainder.slice(0, Math.max(0, missing))) counts[i]++;
  return counts;
}
