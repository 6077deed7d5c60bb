import { RandomStream } from "../../tensor/random/mod.ts";

/** Random stream that selects sentences. */
const SENTENCE_SAMPLING_STREAM = 0x766f6361;

/**
 * Selects a random sample of a given size from a stream of sentences, with a uniform distribution
 * (selection sampling: Knuth, "The Art of Computer Programming", volume 2, 3.4.2, algorithm S).
 *
 * @example Select two of five sentences
 * ```ts
 * import { SentenceSampler } from "./sentence_sampler.ts";
 *
 * const sampler = new SentenceSampler(5, 2, 42);
 * const chosen = ["a", "b", "c", "d", "e"].filter(() => sampler.take());
 * if (chosen.length !== 2) throw new Error("not two");
 * ```
 */
export class SentenceSampler {
  #left: number;
  #wanted: number;
  readonly #random: RandomStream;

  /**
   * Creates a sampler.
   *
   * @param total Number of sentences.
   * @param wanted Size of the sample; all sentences if there are fewer.
   * @param seed Determines the sample.
   */
  constructor(total: number, wanted: number, seed: number) {
    this.#left = total;
    this.#wanted = wanted;
    this.#random = new RandomStream(seed, SENTENCE_SAMPLING_STREAM);
  }

  /** Whether the next sentence is selected. */
  take(): boolean {
    const chosen = this.#random.uniform() * this.#left < this.#wanted;
    this.#left--;
    if (chosen) this.#wanted--;
    return chosen;
  }
}
