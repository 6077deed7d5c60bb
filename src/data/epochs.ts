/**
 * Epochs: their chunks, and the order of the chunks.
 *
 * @module
 */
import { RandomStream } from "../tensor/random/mod.ts";
import type { Corpus } from "./corpus.ts";
import type { ExampleSettings } from "./example_settings.ts";
import { packDocuments, type Packing } from "./packing.ts";
import { STREAM } from "./streams.ts";

/** The epoch of an example. */
export interface EpochPlace {
  /** Number of the epoch, from 0. */
  readonly epoch: number;
  /** Index in the epoch. */
  readonly position: number;
  /** Number of examples of the epoch. */
  readonly examples: number;
}

/** An epoch. */
export interface Epoch {
  /** The chunks, in the order of the text. */
  readonly packing: Packing;
  /** Index of the chunk for each index in the epoch. */
  readonly order: Uint32Array;
  /** Version of chunks and masks: the number of the epoch, or of a fixed version. */
  readonly version: number;
}

/** A batch may contain examples of two epochs. */
const KEPT = 2;

/** The epochs over some documents, computed on request. The latest ones are kept. */
export class Epochs {
  readonly #corpus: Corpus;
  readonly #documents: ArrayLike<number>;
  readonly #settings: ExampleSettings;
  readonly #seed: number;
  readonly #packing: Packing | undefined;
  /** Number of epochs after which the numbers of examples repeat. */
  readonly #period: number;
  /** Number of examples before each epoch, as far as computed, and up to one period. */
  readonly #starts: number[] = [0];
  /** The epoch that was requested last: the next example is often of the same one. */
  #latest = 0;
  readonly #kept = new Map<number, Epoch>();

  /**
   * Creates the epochs.
   *
   * @param corpus The text.
   * @param documents Numbers of the documents to use.
   * @param settings Settings of the packing.
   * @param seed The run's seed.
   * @param packing The chunks of every epoch; each epoch has its own by default.
   */
  constructor(
    corpus: Corpus,
    documents: ArrayLike<number>,
    settings: ExampleSettings,
    seed: number,
    packing?: Packing,
  ) {
    this.#corpus = corpus;
    this.#documents = documents;
    this.#settings = settings;
    this.#seed = seed;
    this.#packing = packing;
    this.#period = packing !== undefined ? 1 : settings.dupeFactor || Infinity;
  }

  /**
   * Returns the number of examples of an epoch.
   *
   * @param epoch The epoch.
   */
  lengthOf(epoch: number): number {
    return this.#startOf(epoch + 1) - this.#startOf(epoch);
  }

  /**
   * Returns the epoch of an example.
   *
   * @param index Number of the example.
   * @throws {RangeError} If the number is not a non-negative integer.
   */
  placeOf(index: number): EpochPlace {
    if (!Number.isSafeInteger(index) || index < 0) {
      throw new RangeError(`The number of an example must be a non-negative integer, got ${index}`);
    }
    const period = this.#period;
    let epoch = this.#startOf(this.#latest) <= index ? this.#latest : 0;
    while (this.#startOf(epoch + 1) <= index) {
      epoch++;
      if (epoch >= period) {
        epoch = Math.max(epoch, Math.floor(index / this.#startOf(period)) * period);
      }
    }
    this.#latest = epoch;
    return { epoch, position: index - this.#startOf(epoch), examples: this.lengthOf(epoch) };
  }

  /**
   * Returns an epoch.
   *
   * @param epoch Number of the epoch.
   * @returns Its chunks and their order.
   */
  at(epoch: number): Epoch {
    const kept = this.#kept.get(epoch);
    if (kept !== undefined) return kept;
    const { dupeFactor } = this.#settings;
    const version = dupeFactor === 0 ? epoch : epoch % dupeFactor;
    const packing = this.#packing ?? packDocuments(
      this.#corpus,
      this.#documents,
      this.#settings,
      this.#seed,
      version,
    );
    const order = Uint32Array.from({ length: packing.counts.chunks }, (_, i) => i);
    new RandomStream(this.#seed, STREAM.order, epoch).shuffle(order);
    const made = { packing, order, version };
    this.#kept.set(epoch, made);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return made;
  }

  #startOf(epoch: number): number {
    const period = this.#period;
    if (epoch > period) {
      return Math.floor(epoch / period) * this.#startOf(period) + this.#startOf(epoch % period);
    }
    while (this.#starts.length <= epoch) {
      const last = this.#starts.length - 1;
      this.#starts.push(this.#starts[last] + this.at(last).order.length);
    }
    return this.#starts[epoch];
  }
}
