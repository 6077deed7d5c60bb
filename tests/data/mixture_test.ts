import { assertEquals, assertThrows } from "@std/assert";
import {
  type Example,
  ExampleDataset,
  exampleSettings,
  type ExampleSource,
  MixtureDataset,
} from "../../src/data/mod.ts";
import { RandomStream } from "../../src/tensor/random/mod.ts";
import { generatedCorpus } from "./generated_text.ts";

const nothing: ExampleSource = { exampleAt: (index) => ({ length: index }) as Example };

function mixture(...weights: number[]): MixtureDataset {
  return new MixtureDataset(weights.map((weight) => ({ source: nothing, weight })), 1);
}

for (
  const [weights, expected] of [
    [[0.7, 0.3], [700, 300]],
    [[1, 1, 1], [334, 333, 333]],
    [[5], [1000]],
    [[998.9, 1.1], [999, 1]],
  ]
) {
  Deno.test(`a mixture of ${weights.join(" : ")} gives ${expected.join(" : ")} of every 1,000`, () => {
    const mixed = mixture(...weights);
    const next = weights.map(() => 0);
    for (let block = 0; block < 3; block++) {
      const counts = weights.map(() => 0);
      for (let i = 0; i < 1000; i++) {
        const { part, index } = mixed.placeOf(1000 * block + i);
        counts[part]++;
        assertEquals(index, next[part]++, "each source is read in order, none left out");
      }
      assertEquals(counts, expected);
    }
  });
}

Deno.test("a mixture depends on the number only, and each thousand has its own order", () => {
  const one = mixture(1, 1), two = mixture(1, 1);
  const inOrder = Array.from({ length: 3000 }, (_, i) => one.placeOf(i));
  const numbers = new RandomStream(1, 1).shuffle(Array.from({ length: 3000 }, (_, i) => i));
  for (const i of numbers.slice(0, 300)) assertEquals(two.placeOf(i), inOrder[i]);
  const parts = (block: number) =>
    inOrder.slice(1000 * block, 1000 * (block + 1)).map(({ part }) => part).join("");
  assertEquals(new Set([0, 1, 2].map(parts)).size, 3);
});

Deno.test("a mixture returns the examples of its sources", async () => {
  const sources = await Promise.all(
    [1, 2].map(async (seed) =>
      new ExampleDataset(await generatedCorpus(seed, 20), exampleSettings(64), seed)
    ),
  );
  const mixed = new MixtureDataset([
    { source: sources[0], weight: 2 },
    { source: sources[1], weight: 1 },
  ], 1);
  for (let i = 0; i < 50; i++) {
    const { part, index } = mixed.placeOf(i);
    assertEquals(mixed.exampleAt(i, true), sources[part].exampleAt(index, true));
  }
});

Deno.test("a mixture rejects an empty list and weights that are not positive or too small", () => {
  assertThrows(() => mixture(), RangeError, "needs at least one source");
  for (const weights of [[1, 0], [1, -1], [NaN], [1, Infinity], [10000, 1]]) {
    assertThrows(() => mixture(...weights), RangeError, "Weights of a mixture must be positive");
  }
});
