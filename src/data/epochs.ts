/**
 * Passes over the documents: their chunks, their order, and where each pass ends.
 *
 * @module
 */
import { RandomStream } from "../tensor/random/mod.ts";
import type { Corpus } from "./corpus.ts";
import type { ExampleSettings } from "./example_settings.ts";
import { packDocuments, type Packing } from "./packing.ts";
import { STREAM } from "./streams.ts";

/** Which pass over the data an example belongs to. */
export interface EpochPlace {
  /** The pass, from 0. */
  readonly epoch: number;
  /** The place in it. */
  readonly position: number;
  /** How many examples that pass has. */
  readonly examples: number;
}

/** A pass ready to be read. */
export interface Epoch {
  /** Its chunks, in the order of the text. */
  readonly packing: Packing;
  /** The chunk at each place of the pass. */
  readonly order: Uint32Array;
  /** Which drawing of chunks and masks it uses: its own number, or that of a fixed version. */
  readonly version: number;
}

/** A batch may lie across the border of two passes. */
const KEPT = 2;

/** The passes over some documents, made when they are asked for; the last ones are kept. */
export class Epochs {
  readonly #corpus: Corpus;
  readonly #documents: ArrayLike<number>;
  readonly #settings: ExampleSettings;
  readonly #seed: number;
  /** Where each pass ends among all examples, as far as asked for. */
  readonly #ends: number[] = [];
  readonly #kept = new Map<number, Epoch>();

  /**
   * Makes nothing yet.
   *
   * @param corpus The text.
   * @param documents Which of its documents, by number.
   * @param settings How to pack.
   * @param seed The run's seed.
   */
  constructor(
    corpus: Corpus,
    documents: ArrayLike<number>,
    settings: ExampleSettings,
    seed: number,
  ) {
    this.#corpus = corpus;
    this.#documents = documents;
    this.#settings = settings;
    this.#seed = seed;
  }

  /**
   * How many examples a pass has.
   *
   * @param epoch The pass.
   * @returns The number.
   */
  lengthOf(epoch: number): number {
    return this.#endOf(epoch) - this.#startOf(epoch);
  }

  /**
   * Which pass an example belongs to.
   *
   * @param index The example's number.
   * @returns The pass, the place in it, and the pass's length.
   * @throws {RangeError} When the number is negative or no integer.
   */
  placeOf(index: number): EpochPlace {
    if (!Number.isSafeInteger(index) || index < 0) {
      throw new RangeError(`An example's number must be an integer from 0, got ${index}`);
    }
    let epoch = 0;
    while (this.#endOf(epoch) <= index) epoch++;
    return { epoch, position: index - this.#startOf(epoch), examples: this.lengthOf(epoch) };
  }

  /**
   * A pass, ready to be read.
   *
   * @param epoch The pass.
   * @returns Its chunks and their order.
   */
  at(epoch: number): Epoch {
    const kept = this.#kept.get(epoch);
    if (kept !== undefined) return kept;
    const { dupeFactor } = this.#settings;
    const version = dupeFactor === 0 ? epoch : epoch % dupeFactor;
    const packing = packDocuments(
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
