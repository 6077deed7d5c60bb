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
  /** End of each epoch among all examples, as far as computed. */
  readonly #ends: number[] = [];
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
  }

  /**
   * Returns the number of examples of an epoch.
   *
   * @param epoch The epoch.
   */
  lengthOf(epoch: number): number {
    return this.#endOf(epoch) - this.#startOf(epoch);
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
    let epoch = 0;
    while (this.#endOf(epoch) <= index) epoch++;
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
    return epoch === 0 ? 0 : this.#endOf(epoch - 1);
  }

  #endOf(epoch: number): number {
    const { dupeFactor } = this.#settings;
    while (this.#ends.length <= epoch) {
      const next = this.#ends.length;
      const examples = dupeFactor > 0 && next >= dupeFactor
        ? this.lengthOf(next - dupeFactor)
        : this.at(next).order.length;
      this.#ends.push((this.#ends[next - 1] ?? 0) + examples);
    }
    return this.#ends[epoch];
  }
}
