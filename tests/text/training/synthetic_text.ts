import { RandomStream } from "../../../src/tensor/random/mod.ts";

const STEMS = ["walk", "talk", "jump", "paint", "print", "cook", "look", "open", "order", "answer"];
const ENDINGS = ["", "s", "ed", "ing", "er", "ers"];
const SMALL_WORDS = ["the", "a", "of", "and", "to", "in", "it", "that", "was", "he"];
const MARKS = ["", "", "", "", ",", ";", "!", " (so)", "."];

/** Sentences of regular words with endings, punctuation and numbers; the same on every call. */
export function syntheticSentences(count: number, seed = 7): string[] {
  const random = new RandomStream(seed, 1);
  const pick = (list: readonly string[]): string => list[random.integer(list.length)];
  return Array.from({ length: count }, () =>
    Array.from({ length: 4 + random.integer(12) }, () => {
      const kind = random.integer(20);
      if (kind === 0) return String(random.integer(2000));
      if (kind < 9) return pick(SMALL_WORDS);
      return pick(STEMS) + pick(ENDINGS) + pick(MARKS);
    }).join(" "));
}
