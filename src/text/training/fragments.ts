import type { PieceRules } from "./piece_rules.ts";
import { increment, UNKNOWN, WORD_START, type WordCounts } from "./word_counter.ts";

/** Follows the last character of a sentence. */
const SENTENCE_END = "\0";

/**
 * The training text as fragments. No piece crosses a word boundary, an unknown character or a change of
 * script, so each distinct fragment is segmented once.
 */
export interface Fragments {
  /** The characters that may be learned, in code point order; symbol s stands for entry s. */
  readonly alphabet: readonly string[];
  /** The distinct fragments, as concatenated symbols. */
  readonly symbols: Int32Array;
  /** Start of each fragment in `symbols`, and the end of the last one. */
  readonly starts: Int32Array;
  /** Frequency of each fragment. */
  readonly frequencies: Float64Array;
  /** Number of characters that cannot be learned: rare ones and special pieces. */
  readonly unknownCharacters: number;
  /** The symbol of the most frequent character. */
  readonly mostFrequentSymbol: number;
  /** The text that seed pieces are counted in. */
  readonly contexts: FragmentContexts;
}

/**
 * Every fragment once for each character seen after it: symbols of the fragment, then a terminator
 * for that character (or unknown, or the end of the sentence). A substring is a seed if different
 * characters follow it.
 */
export interface FragmentContexts {
  readonly symbols: Int32Array;
  /** Frequency of the entry at each position. */
  readonly weights: Float64Array;
  /** Number of symbols from a position to the end of its fragment. */
  readonly lengthsLeft: Int32Array;
  /** Symbols from here on are terminators. */
  readonly firstTerminator: number;
  /** One more than the largest symbol. */
  readonly alphabetSize: number;
}

/** Cuts counted words into fragments and writes them as symbols. */
export function collectFragments(
  words: WordCounts,
  required: readonly string[],
  rules: PieceRules,
): Fragments {
  const known = new Set(required);
  // Key: the fragment, then the one character that follows it.
  const contexts = new Map<string, number>();
  let unknownCharacters = 0;
  const cut = (word: string, after: string, frequency: number): void => {
    const characters = Array.from(word, (character) => known.has(character) ? character : UNKNOWN);
    let fragment = "";
    for (let i = 0; i < characters.length; i++) {
      const character = characters[i];
      if (character === UNKNOWN) {
        unknownCharacters += frequency;
        continue;
      }
      fragment += character;
      const next = i + 1 < characters.length ? characters[i + 1] : after;
      const ends = i + 1 === characters.length || next === UNKNOWN ||
        rules.separates(character, next);
      if (!ends) continue;
      increment(contexts, fragment + next, frequency);
      fragment = "";
    }
  };
  // Inside a sentence, the next word's ▁ follows.
  for (const [word, frequency] of words.within) cut(word, WORD_START, frequency);
  for (const [word, frequency] of words.final) cut(word, SENTENCE_END, frequency);
  const alphabet = [...known].sort(byCodePoint);
  return {
    alphabet,
    unknownCharacters,
    mostFrequentSymbol: alphabet.indexOf(required[0]),
    ...encode(contexts, alphabet),
  };
}

/** Orders characters by code point, which UTF-16 order is not beyond the basic plane. */
function byCodePoint(a: string, b: string): number {
  return a.codePointAt(0)! - b.codePointAt(0)!;
}

type EncodedFragments = Pick<Fragments, "symbols" | "starts" | "frequencies" | "contexts">;

function encode(contexts: Map<string, number>, alphabet: readonly string[]): EncodedFragments {
  const symbolOf = new Map(alphabet.map((character, symbol) => [character, symbol]));
  const firstTerminator = alphabet.length;
  const terminatorOf = new Map(symbolOf);
  terminatorOf.set(UNKNOWN, alphabet.length);
  terminatorOf.set(SENTENCE_END, alphabet.length + 1);

  // Sorted, so that nothing below depends on the order in which sentences were read.
  const sorted = [...contexts.keys()].sort();
  let capacity = 0;
  for (const context of sorted) capacity += context.length;
  const contextSymbols = new Int32Array(capacity);
  const contextWeights = new Float64Array(capacity);
  const lengthsLeft = new Int32Array(capacity);
  let written = 0;
  const frequencies = new Map<string, number>();
  for (const context of sorted) {
    const frequency = contexts.get(context)!;
    const characters = Array.from(context);
    const next = characters.pop()!;
    increment(frequencies, characters.join(""), frequency);
    for (let i = 0; i < characters.length; i++) {
      contextSymbols[written] = symbolOf.get(characters[i])!;
      contextWeights[written] = frequency;
      lengthsLeft[written++] = characters.length - i;
    }
    contextSymbols[written] = firstTerminator + terminatorOf.get(next)!;
    contextWeights[written++] = frequency;
  }

  const symbols = new Int32Array(written);
  const starts = new Int32Array(frequencies.size + 1);
  let fragmentCount = 0;
  let end = 0;
  for (const fragment of frequencies.keys()) {
    for (const character of fragment) symbols[end++] = symbolOf.get(character)!;
    starts[++fragmentCount] = end;
  }
  return {
    symbols: symbols.slice(0, end),
    starts,
    frequencies: Float64Array.from(frequencies.values()),
    contexts: {
      symbols: contextSymbols.slice(0, written),
      weights: contextWeights.slice(0, written),
      lengthsLeft: lengthsLeft.slice(0, written),
      firstTerminator,
      alphabetSize: firstTerminator + alphabet.length + 2,
    },
  };
}
