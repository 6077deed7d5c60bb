import type { Fragments } from "./fragments.ts";
import type { CompleteTrainingOptions } from "./options.ts";
import type { PieceRules } from "./piece_rules.ts";
import { commonPrefixLengths, suffixArray } from "./suffix_array.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A substring with different continuations; its occurrences are `sorted[left]` to `sorted[right - 1]`. */
interface Candidate {
  readonly left: number;
  readonly length: number;
  /** Occurrences × length, the number of characters it covers. */
  readonly coverage: number;
}

/**
 * Returns the initial pieces: all characters, and the repeated substrings that cover most of the
 * text (SentencePiece's `MakeSeedSentencePieces`). A substring is a candidate if at least
 * two different characters follow it: the inner nodes of the text's suffix tree.
 *
 * SentencePiece builds the suffix array of the whole text. No piece crosses a fragment, so the
 * weighted suffix array of the distinct fragments with their continuations has the same inner nodes.
 */
export function seedPieces(
  fragments: Fragments,
  rules: PieceRules,
  options: CompleteTrainingOptions,
): Vocabulary {
  const { symbols, weights, alphabetSize } = fragments.contexts;
  const sorted = suffixArray(symbols, alphabetSize);
  // occurrences[j] − occurrences[i]: frequency of suffixes i to j − 1.
  const occurrences = new Float64Array(sorted.length + 1);
  for (let i = 0; i < sorted.length; i++) occurrences[i + 1] = occurrences[i] + weights[sorted[i]];

  const candidates = frequentSubstrings(fragments, sorted, occurrences, rules, options);
  for (const character of characters(fragments, sorted, occurrences)) candidates.push(character);
  // Lexicographic order: by first suffix, a prefix before longer ones.
  candidates.sort((a, b) => a.left - b.left || a.length - b.length);

  let total = 0;
  for (const { coverage } of candidates) total += coverage;
  const logTotal = Math.log(total);
  return {
    text: symbols,
    offsets: Int32Array.from(candidates, ({ left }) => sorted[left]),
    lengths: Int32Array.from(candidates, ({ length }) => length),
    scores: Float64Array.from(candidates, ({ coverage }) => Math.log(coverage) - logTotal),
  };
}

function frequentSubstrings(
  fragments: Fragments,
  sorted: Int32Array,
  occurrences: Float64Array,
  rules: PieceRules,
  options: CompleteTrainingOptions,
): Candidate[] {
  const { symbols, lengthsLeft } = fragments.contexts;
  const shared = commonPrefixLengths(symbols, sorted);
  const candidates: Candidate[] = [];
  const consider = (left: number, right: number, length: number): void => {
    const start = sorted[left];
    if (length < 2 || length > options.maxSentencepieceLength || length > lengthsLeft[start]) {
      return;
    }
    const piece = Array.from(
      symbols.subarray(start, start + length),
      (symbol) => fragments.alphabet[symbol],
    );
    if (!rules.allows(piece)) return;
    candidates.push({ left, length, coverage: (occurrences[right] - occurrences[left]) * length });
    // Sorting periodically limits the memory for large texts.
    if (candidates.length > 4 * options.seedSentencepieceSize) {
      keepWidest(candidates, options.seedSentencepieceSize);
    }
  };

  // Walks the intervals of suffixes with a common prefix, innermost first.
  const lefts: number[] = [];
  const lengths: number[] = [];
  for (let i = 1; i <= sorted.length; i++) {
    const length = i < sorted.length ? shared[i] : 0;
    let left = i - 1;
    while (lengths.length > 0 && lengths[lengths.length - 1] > length) {
      left = lefts.pop()!;
      consider(left, i, lengths.pop()!);
    }
    if (length > 0 && (lengths.length === 0 || lengths[lengths.length - 1] < length)) {
      lefts.push(left);
      lengths.push(length);
    }
  }
  keepWidest(candidates, options.seedSentencepieceSize);
  return candidates;
}

/** Keeps the `limit` candidates with the largest coverage, in descending order. */
function keepWidest(candidates: Candidate[], limit: number): void {
  candidates.sort((a, b) => b.coverage - a.coverage || a.left - b.left || a.length - b.length);
  if (candidates.length > limit) candidates.length = limit;
}

/** Every character as a piece. */
function characters(
  fragments: Fragments,
  sorted: Int32Array,
  occurrences: Float64Array,
): Candidate[] {
  const { symbols, firstTerminator } = fragments.contexts;
  const pieces: Candidate[] = [];
  let left = 0;
  while (left < sorted.length && symbols[sorted[left]] < firstTerminator) {
    let right = left + 1;
    while (right < sorted.length && symbols[sorted[right]] === symbols[sorted[left]]) right++;
    pieces.push({ left, length: 1, coverage: occurrences[right] - occurrences[left] });
    left = right;
  }
  return pieces;
}
