import type { TrainedPiece } from "./special_pieces.ts";

/** Replaces the white space before a word (U+2581). */
export const WORD_START = "▁";
/** Replaces unknown characters in the training text (U+2585). */
export const UNKNOWN = "▅";

/** Word counts; the words include their `▁`. */
export interface WordCounts {
  /** Words followed by another word of the same sentence. */
  readonly within: ReadonlyMap<string, number>;
  /** Words that end a sentence. */
  readonly final: ReadonlyMap<string, number>;
  /** Number of sentences counted. */
  readonly sentences: number;
  /** Number of sentences skipped because they contain the reserved character ▅. */
  readonly reserved: number;
}

/**
 * Counts the words of sentences, one sentence at a time. As SentencePiece's trainer does, it puts
 * `▁` before every word, replaces special pieces by a boundary that no learned piece crosses, and
 * skips sentences with the reserved character ▅. The order of sentences does not matter.
 *
 * A sentence must already be cleaned: normalized, without white space at its ends, with single
 * spaces inside.
 */
export class WordCounter implements WordCounts {
  readonly within: Map<string, number> = new Map();
  readonly final: Map<string, number> = new Map();
  sentences = 0;
  reserved = 0;
  readonly #special: RegExp | undefined;

  /**
   * Creates an empty counter.
   *
   * @param special Pieces that are never learned (see `specialPieces`).
   */
  constructor(special: readonly TrainedPiece[]) {
    // The longest match takes precedence, as in SentencePiece's PrefixMatcher.
    const alternatives = special.map(({ piece }) => piece).sort((a, b) => b.length - a.length)
      .map((piece) => piece.replace(/[\\^$.*+?()[\]{}|\/]/g, "\\$&"));
    this.#special = alternatives.length > 0 ? new RegExp(alternatives.join("|"), "gu") : undefined;
  }

  /** Counts the words of one cleaned sentence. An empty one is ignored. */
  add(sentence: string): void {
    if (sentence === "") return;
    if (sentence.includes(UNKNOWN)) {
      this.reserved++;
      return;
    }
    this.sentences++;
    let text = WORD_START + sentence.replaceAll(" ", WORD_START);
    if (this.#special !== undefined) text = text.replace(this.#special, "\t");
    let start = 0;
    for (;;) {
      const end = text.indexOf(WORD_START, start + 1);
      if (end < 0) break;
      increment(this.within, text.slice(start, end), 1);
      start = end;
    }
    increment(this.final, text.slice(start), 1);
  }

  /** Adds counts. */
  merge({ within, final, sentences, reserved }: WordCounts): void {
    for (const [word, count] of within) increment(this.within, word, count);
    for (const [word, count] of final) increment(this.final, word, count);
    this.sentences += sentences;
    this.reserved += reserved;
  }
}

/** Maximum number of entries of a map in V8. */
const MOST_WORDS = 2 ** 24;
/** From this length on, a slice of a string keeps the whole string alive in V8. */
const SHORTEST_SLICE = 13;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Adds `amount` to the count of `key`.
 *
 * @throws {RangeError} If there are more keys than the maximum of a map.
 */
export function increment(counts: Map<string, number>, key: string, amount: number): void {
  const count = counts.get(key);
  if (count !== undefined) {
    counts.set(key, count + amount);
    return;
  }
  if (counts.size === MOST_WORDS) {
    throw new RangeError(
      `The text has more than ${MOST_WORDS} distinct words: train on a sample ` +
        "(--input-sentence-size).",
    );
  }
  // A long word is copied; otherwise the map would keep all sentences in memory.
  counts.set(key.length < SHORTEST_SLICE ? key : decoder.decode(encoder.encode(key)), amount);
}
