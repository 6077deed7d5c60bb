/**
 * A made-up language: enough like text that every reader, tokenizer and task has something to do, and a pure function of the seed.
 *
 * @module
 */
import { RandomStream } from "../../../../src/tensor/random/mod.ts";

/** Purpose of these random numbers, apart from every other use of the seed. */
const STREAM = 0x6d616465;

const SYLLABLES = ["ba", "del", "fi", "gor", "ku", "lan", "mi", "no", "per", "ra", "su", "tem"];
const ENDINGS = ["", "s", "ing", "ed", "er"];
const WORDS = 160;

/** Words and sentences of the language. Equal names give equal sentences. */
export class Language {
  readonly #seed: number;
  readonly #words: readonly string[];

  constructor(seed: number) {
    this.#seed = seed;
    const random = new RandomStream(seed, STREAM, 0);
    const words = new Set<string>();
    while (words.size < WORDS) {
      const syllables = Array.from(
        { length: 1 + random.integer(3) },
        () => pick(SYLLABLES, random),
      );
      words.add(syllables.join("") + pick(ENDINGS, random));
    }
    this.#words = [...words];
  }

  /** Random numbers of a purpose of their own. */
  random(name: string): RandomStream {
    let hash = 1;
    for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) >>> 0;
    return new RandomStream(this.#seed, STREAM, hash);
  }

  /** A word; frequent ones come often, as in a real language. */
  word(random: RandomStream): string {
    return this.#words[Math.floor(WORDS * random.uniform() ** 2)];
  }

  /** Words of which each makes the next one likelier than others. */
  words(random: RandomStream, count: number): string[] {
    let place = random.integer(WORDS);
    return Array.from({ length: count }, () => {
      place = random.uniform() < 0.7
        ? (place * 7 + 3) % WORDS
        : this.#words.indexOf(this.word(random));
      return this.#words[place];
    });
  }

  /** `Gorlan mi baned del.` */
  sentence(random: RandomStream, words = 4 + random.integer(5)): string {
    const [first, ...rest] = this.words(random, words);
    return [first[0].toUpperCase() + first.slice(1), ...rest].join(" ") + ".";
  }

  /** Some sentences. */
  paragraph(random: RandomStream, sentences: number): string {
    return Array.from({ length: sentences }, () => this.sentence(random)).join(" ");
  }
}

/** One of a list. */
export function pick<T>(list: readonly T[], random: RandomStream): T {
  return list[random.integer(list.length)];
}
