import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { maskBudget } from "../../src/data/mod.ts";
import { type MaskingTrace, maskSpans } from "../../src/data/masking.ts";
import { findWords } from "../../src/data/words.ts";
import { RandomStream } from "../../src/tensor/random/mod.ts";

const VOCABULARY = { size: 1000, mask: 4 };
/** Every third id continues the word before it. */
const STARTS = Uint8Array.from({ length: 1000 }, (_, i) => Number(i % 3 !== 2));

function masked(
  seed: number,
  length: number,
  budget: number,
  settings = { ngram: 3, favorShorterNgram: true },
) {
  const stream = new RandomStream(seed, 1);
  const original = Uint32Array.from({ length }, () => 5 + stream.integer(995));
  const ids = original.slice();
  const place = { start: 0, end: length, cutsFirstWord: false, cutsLastWord: false };
  const words = findWords(ids, [place], STARTS);
  const trace: MaskingTrace = { drawnSpans: [], spans: [], replacements: [] };
  const result = maskSpans(ids, words, budget, settings, VOCABULARY, stream, trace);
  return { original, ids, words, trace, ...result };
}

Deno.test("maskBudget() is 15%, at least one, at most the limit, with ties to even", () => {
  const budget = (length: number, cap = 77, share = 0.15) =>
    maskBudget(length, { maskedLmProb: share, maxPredictionsPerSeq: cap });
  assertEquals([5, 10, 30, 128, 512].map((n) => budget(n)), [1, 2, 4, 19, 77]);
  assertEquals(budget(512, 20), 20);
  assertEquals(budget(512, 20, 0), 0);
});

Deno.test("maskSpans() returns ascending positions with their original ids", () => {
  const { original, ids, positions, labels } = masked(1, 100, 15);
  assertEquals(positions.length, 15);
  assertEquals([...positions], [...positions].toSorted((a, b) => a - b));
  assertEquals([...labels], [...positions].map((p) => original[p]));
  const hidden = new Set(positions);
  ids.forEach((id, p) => hidden.has(p) || assertEquals(id, original[p]));
});

Deno.test("maskSpans() masks whole words, in n-grams of the recorded length", () => {
  for (let seed = 0; seed < 300; seed++) {
    const { original, positions, trace } = masked(seed, 60, 9);
    const hidden = new Set(positions);
    for (let p = 1; p < original.length; p++) {
      if (STARTS[original[p]] === 0) assertEquals(hidden.has(p), hidden.has(p - 1), `seed ${seed}`);
    }
    const inSpans = trace.spans.flatMap(({ start, end }) =>
      Array.from({ length: end - start }, (_, i) => start + i)
    );
    assertEquals(new Set(inSpans).size, inSpans.length, "spans overlap");
    assertEquals(inSpans.toSorted((a, b) => a - b), [...positions]);
    for (const { start, end, words } of trace.spans) {
      const starts = original.subarray(start, end).filter((id, i) => i === 0 || STARTS[id] === 1);
      assertEquals(starts.length, words);
      assert(words <= 3);
    }
  }
});

Deno.test("maskSpans() meets the budget whenever single words allow it", () => {
  for (let seed = 0; seed < 200; seed++) assertEquals(masked(seed, 80, 12).positions.length, 12);
  // Only words of two pieces: an odd budget cannot be met, and is not exceeded.
  const ids = Uint32Array.from({ length: 20 }, (_, i) => i % 2 === 0 ? 9 : 8);
  const place = { start: 0, end: 20, cutsFirstWord: false, cutsLastWord: false };
  const words = findWords(ids, [place], STARTS);
  const settings = { ngram: 3, favorShorterNgram: true };
  const { positions } = maskSpans(ids, words, 3, settings, VOCABULARY, new RandomStream(1, 1));
  assertEquals(positions.length, 2);
});

Deno.test("maskSpans() masks no tokens without words or budget, and all with enough budget", () => {
  assertEquals(masked(1, 0, 5).positions.length, 0);
  assertEquals(masked(1, 50, 0).positions.length, 0);
  assertEquals(masked(1, 50, 1000).positions.length, 50);
});

for (
  const [ngram, favorShorterNgram, expected] of [
    [3, true, [6 / 11, 3 / 11, 2 / 11]],
    [3, false, [2 / 11, 3 / 11, 6 / 11]],
    [1, true, [1]],
    [2, true, [2 / 3, 1 / 3]],
  ] as const
) {
  Deno.test(`n-grams up to ${ngram} words, shorter ${favorShorterNgram ? "more" : "less"} often, are drawn with the right probabilities`, () => {
    const counts = new Array(ngram + 1).fill(0);
    for (let seed = 0; seed < 3000; seed++) {
      const { trace } = masked(seed, 100, 15, { ngram, favorShorterNgram });
      trace.drawnSpans.forEach((times, n) => counts[n] += times);
    }
    const sum = counts.reduce((a, b) => a + b);
    expected.forEach((p, i) => {
      assertAlmostEquals(counts[i + 1] / sum, p, 5 * Math.sqrt(p * (1 - p) / sum) + 1e-12);
    });
  });
}

Deno.test("tokens are masked, kept and replaced 80 : 10 : 10, random ones from the whole vocabulary", () => {
  const counts = [0, 0, 0];
  const random = new Array(4).fill(0);
  for (let seed = 0; seed < 4000; seed++) {
    const { original, ids, positions, trace } = masked(seed, 100, 15);
    positions.forEach((p, i) => {
      const replacement = trace.replacements[i];
      counts[replacement]++;
      if (replacement === 0) assertEquals(ids[p], VOCABULARY.mask);
      if (replacement === 1) assertEquals(ids[p], original[p]);
      if (replacement === 2) random[Math.floor(4 * ids[p] / VOCABULARY.size)]++;
    });
  }
  const sum = counts.reduce((a, b) => a + b);
  [0.8, 0.1, 0.1].forEach((p, i) =>
    assertAlmostEquals(counts[i] / sum, p, 5 * Math.sqrt(p * (1 - p) / sum))
  );
  const randoms = random.reduce((a, b) => a + b);
  for (const quarter of random) {
    assertAlmostEquals(quarter / randoms, 0.25, 5 * Math.sqrt(3 / 16 / randoms));
  }
});
