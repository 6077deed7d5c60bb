import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { requiredCharacters } from "../../../src/text/training/alphabet.ts";
import { expectedCounts } from "../../../src/text/training/expectation.ts";
import { collectFragments, type Fragments } from "../../../src/text/training/fragments.ts";
import { digamma, maximize } from "../../../src/text/training/maximization.ts";
import { completeTrainingOptions } from "../../../src/text/training/options.ts";
import { PieceRules } from "../../../src/text/training/piece_rules.ts";
import { prune } from "../../../src/text/training/pruning.ts";
import { seedPieces } from "../../../src/text/training/seed_pieces.ts";
import {
  lowestScore,
  pieceText,
  selectPieces,
  unknownScore,
  type Vocabulary,
} from "../../../src/text/training/vocabulary.ts";
import { WordCounter } from "../../../src/text/training/word_counter.ts";
import { syntheticSentences } from "./synthetic_text.ts";

const OPTIONS = completeTrainingOptions({ vocabSize: 1000 });
const RULES = new PieceRules(OPTIONS);

function prepare(sentences: readonly string[]): { fragments: Fragments; seeds: Vocabulary } {
  const words = new WordCounter([]);
  for (const sentence of sentences) words.add(sentence);
  const fragments = collectFragments(words, requiredCharacters(words, 1), RULES);
  return { fragments, seeds: seedPieces(fragments, RULES, OPTIONS) };
}

function texts(vocabulary: Vocabulary, fragments: Fragments): string[] {
  return Array.from(
    vocabulary.scores,
    (_, piece) => pieceText(vocabulary, piece, fragments.alphabet),
  );
}

/** Seeds as SentencePiece defines them, by looking at every substring of the whole text. */
function seedsByDefinition(sentences: readonly string[]): Map<string, number> {
  const followers = new Map<string, Set<string>>();
  const occurrences = new Map<string, number>();
  for (const sentence of sentences) {
    const characters = Array.from("▁" + sentence.replaceAll(" ", "▁"));
    for (let start = 0; start < characters.length; start++) {
      for (let end = start + 1; end <= Math.min(start + 16, characters.length); end++) {
        const piece = characters.slice(start, end).join("");
        occurrences.set(piece, (occurrences.get(piece) ?? 0) + 1);
        if (!followers.has(piece)) followers.set(piece, new Set());
        followers.get(piece)!.add(characters[end] ?? "end");
      }
    }
  }
  const seeds = new Map<string, number>();
  for (const [piece, count] of occurrences) {
    const length = Array.from(piece).length;
    const branches = followers.get(piece)!.size > 1;
    if (length === 1 || (branches && RULES.allows(Array.from(piece)))) {
      seeds.set(piece, count * length);
    }
  }
  return seeds;
}

Deno.test("Seed pieces are the characters and all branching substrings, weighted by coverage", () => {
  const sentences = syntheticSentences(60);
  const { fragments, seeds } = prepare(sentences);
  const expected = seedsByDefinition(sentences);
  const total = [...expected.values()].reduce((a, b) => a + b);
  const found = texts(seeds, fragments);
  assertEquals([...found].sort(), [...expected.keys()].sort());
  found.forEach((piece, i) => {
    assertAlmostEquals(seeds.scores[i], Math.log(expected.get(piece)! / total), 1e-12);
  });
});

Deno.test("The seeds with the largest coverage are kept, and all characters", () => {
  const sentences = syntheticSentences(60);
  const words = new WordCounter([]);
  for (const sentence of sentences) words.add(sentence);
  const fragments = collectFragments(words, requiredCharacters(words, 1), RULES);
  const seeds = seedPieces(fragments, RULES, { ...OPTIONS, seedSentencepieceSize: 5 });
  const widest = [...seedsByDefinition(sentences)].filter(([piece]) => piece.length > 1)
    .sort((a, b) => b[1] - a[1]).slice(0, 5).map(([piece]) => piece);
  const longer = texts(seeds, fragments).filter((piece) => piece.length > 1);
  assertEquals(longer.sort(), widest.sort());
  assertEquals(seeds.scores.length, fragments.alphabet.length + 5);
});

/** Counts by listing every segmentation. */
function countsByDefinition(fragments: Fragments, vocabulary: Vocabulary): Map<string, number> {
  const pieces = texts(vocabulary, fragments);
  const scores = new Map(pieces.map((piece, i) => [piece, vocabulary.scores[i]]));
  const counts = new Map<string, number>();
  for (let i = 0; i < fragments.frequencies.length; i++) {
    const symbols = fragments.symbols.subarray(fragments.starts[i], fragments.starts[i + 1]);
    const text = Array.from(symbols, (symbol) => fragments.alphabet[symbol]);
    const paths: { pieces: string[]; probability: number }[] = [];
    const walk = (start: number, path: string[], score: number): void => {
      if (start === text.length) paths.push({ pieces: path, probability: Math.exp(score) });
      for (let end = start + 1; end <= text.length; end++) {
        const piece = text.slice(start, end).join("");
        const known = scores.get(piece);
        if (known !== undefined) walk(end, [...path, piece], score + known);
        else if (end === start + 1) {
          walk(end, [...path, "unknown"], score + unknownScore(vocabulary));
        }
      }
    };
    walk(0, [], 0);
    const total = paths.reduce((sum, { probability }) => sum + probability, 0);
    for (const path of paths) {
      for (const piece of path.pieces) {
        const share = fragments.frequencies[i] * path.probability / total;
        counts.set(piece, (counts.get(piece) ?? 0) + share);
      }
    }
  }
  return counts;
}

Deno.test("Expected counts equal those over all segmentations listed one by one", () => {
  const { fragments, seeds } = prepare(["abab abba bab", "ababab a cab", "abc abba"]);
  // Without c's own piece: it must be segmented as unknown.
  const kept = Int32Array.from(seeds.scores.keys()).filter((piece) =>
    pieceText(seeds, piece, fragments.alphabet) !== "c"
  );
  const vocabulary = selectPieces(seeds, kept);
  const { counts } = expectedCounts(fragments, vocabulary);
  const expected = countsByDefinition(fragments, vocabulary);
  const mostFrequent = fragments.alphabet[fragments.mostFrequentSymbol];
  assert(expected.get("unknown")! > 1.9);
  expected.set(mostFrequent, expected.get(mostFrequent)! + expected.get("unknown")!);
  texts(vocabulary, fragments).forEach((piece, i) => {
    assertAlmostEquals(counts[i], expected.get(piece) ?? 0, 1e-12, piece);
  });
});

Deno.test("A word of 20,000 characters neither underflows nor loses a character", () => {
  const random = syntheticSentences(2500).join("").replace(/[^a-z]/g, "").slice(0, 20_000);
  const { fragments, seeds } = prepare([random]);
  const { counts, logLikelihood } = expectedCounts(fragments, seeds);
  assert(logLikelihood < -20_000 && logLikelihood > -100_000, `${logLikelihood}`);
  let characters = 0;
  counts.forEach((count, piece) => characters += count * seeds.lengths[piece]);
  assertAlmostEquals(characters, 20_001, 1e-6);
});

Deno.test("EM never lowers the likelihood of the text", () => {
  const { fragments, seeds } = prepare(syntheticSentences(200));
  let vocabulary = seeds;
  let before = -Infinity;
  for (let step = 0; step < 12; step++) {
    const { counts, logLikelihood } = expectedCounts(fragments, vocabulary);
    assert(logLikelihood >= before - 1e-9 * Math.abs(logLikelihood), `step ${step}`);
    before = logLikelihood;
    // The plain M-step: that of training also has a sparse prior.
    const used = Int32Array.from(counts.keys()).filter((piece) => counts[piece] > 1e-9);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const scores = Float64Array.from(used, (piece) => Math.log(counts[piece] / total));
    vocabulary = selectPieces(vocabulary, used, scores);
  }
});

Deno.test("Digamma has its known values and obeys its recurrence", () => {
  const euler = 0.5772156649015329;
  assertAlmostEquals(digamma(1), -euler, 1e-9);
  assertAlmostEquals(digamma(0.5), -euler - 2 * Math.LN2, 1e-9);
  assertAlmostEquals(digamma(1e6), Math.log(1e6) - 0.5e-6, 1e-12);
  for (const x of [0.3, 2.5, 6.9, 40]) assertAlmostEquals(digamma(x + 1), digamma(x) + 1 / x, 1e-9);
});

Deno.test("The M-step removes pieces with an expected count below one half and scores the others", () => {
  const { fragments, seeds } = prepare(["ab ab a b"]);
  const counts = new Float64Array(seeds.scores.length).fill(2);
  counts[1] = 0.49;
  const next = maximize(seeds, counts);
  assertEquals(texts(next, fragments), texts(seeds, fragments).filter((_, i) => i !== 1));
  const expected = digamma(2) - digamma(2 * (counts.length - 1));
  for (const score of next.scores) assertAlmostEquals(score, expected, 1e-12);
});

Deno.test("Pruning keeps characters, removes unused pieces and then those with the smallest cost", () => {
  const { fragments, seeds } = prepare(syntheticSentences(200));
  let vocabulary = seeds;
  for (let i = 0; i < 2; i++) {
    vocabulary = maximize(vocabulary, expectedCounts(fragments, vocabulary).counts);
  }
  const before = texts(vocabulary, fragments);
  const pruned = texts(prune(fragments, vocabulary, 60), fragments);
  assertEquals(pruned.length, 60);
  assert(pruned.every((piece) => before.includes(piece)));
  // Frequent words cost most.
  for (const piece of ["▁the", "▁and", "▁that"]) assert(pruned.includes(piece), piece);

  // A score so low that the piece never wins: it goes whatever the size.
  const the = texts(seeds, fragments).indexOf("▁the");
  const scores = seeds.scores.slice();
  scores[the] = lowestScore(seeds) - 50;
  const weakened = texts(prune(fragments, { ...seeds, scores }, 1e9), fragments);
  assert(!weakened.includes("▁the"));
  assert(texts(prune(fragments, seeds, 1e9), fragments).includes("▁the"));
});
