import type { WordCounts } from "./word_counter.ts";

/**
 * Chooses the most frequent characters until they make up `coverage` of the text (SentencePiece's
 * `TrainerInterface::LoadSentences`).
 *
 * @returns The characters in descending order of frequency, equal ones in code point order.
 */
export function requiredCharacters(words: WordCounts, coverage: number): string[] {
  const counts = new Map<number, number>();
  let total = 0;
  for (const table of [words.within, words.final]) {
    for (const [word, frequency] of table) {
      for (const character of word) {
        const codePoint = character.codePointAt(0)!;
        if (codePoint === 0) continue;
        counts.set(codePoint, (counts.get(codePoint) ?? 0) + frequency);
        total += frequency;
      }
    }
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const required: string[] = [];
  let covered = 0;
  for (const [codePoint, count] of sorted) {
    // Compared in float32, as the reference does.
    if (Math.fround(covered / total) >= Math.fround(coverage)) break;
    covered += count;
    if (codePoint === BOUNDARY) continue;
    required.push(String.fromCodePoint(codePoint));
  }
  return required;
}

/** The tab that replaces a special piece: it counts as covered, and is never learned. */
const BOUNDARY = 0x09;
