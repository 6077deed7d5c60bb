import { RandomStream } from "../../tensor/random/mod.ts";

/** Names the random numbers that choose sentences. */
const SENTENCE_SAMPLING_STREAM = 0x766f6361;

/**
 * Chooses a given number of sentences, all choices equally likely, while they stream by in order
 * (selection sampling: Knuth, "The Art of Computer Programming", volume 2, 3.4.2, algorithm S).
 *
 * @example Two of five
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
   * Starts before the first sentence.
   *
   * @param total How many sentences there are.
   * @param wanted How many to choose; all of them if there are fewer.
   * @param seed The choice is a function of it.
   */
  constructor(total: number, wanted: number, seed: number) {
    this.#left = total;
    this.#wanted = wanted;
    this.#random = new RandomStream(seed, SENTENCE_SAMPLING_STREAM);
  }

  /** Whether the next sentence is one of the chosen. */
  take(): boolean {
    const chosen = this.#random.uniform() * this.#left < this.#wanted;
    this.#left--;
    if (chosen) this.#wanted--;
    return chosen;
  }
}
