/** Sequences of random numbers by purpose. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { philox4x32 } from "../../../kernels/mod.ts";
import { RandomStream } from "../../../src/tensor/random/mod.ts";

function block([c0, c1, c2, c3]: number[], [k0, k1]: number[]): Uint32Array {
  const words = new Uint32Array(4);
  philox4x32(words, c0, c1, c2, c3, k0, k1);
  return words;
}

Deno.test("RandomStream draws consecutive blocks, and every argument changes the sequence", () => {
  const stream = new RandomStream(5, 6, 7, 8);
  const words = Array.from({ length: 8 }, () => stream.word());
  assertEquals(words, [...block([0, 7, 8, 0], [5, 6]), ...block([1, 7, 8, 0], [5, 6])]);
  const names = [[5, 6, 7, 8], [4, 6, 7, 8], [5, 5, 7, 8], [5, 6, 6, 8], [5, 6, 7, 7], [
    5 + 2 ** 32,
    6,
    7,
    8,
  ]];
  const firsts = names.map(([s, t, a, b]) => new RandomStream(s, t, a, b).word());
  assertEquals(new Set(firsts).size, names.length);
});

Deno.test("RandomStream.uniform() and integer() are uniform to within five standard deviations", () => {
  const stream = new RandomStream(1, 2);
  const draws = 200_000;
  let sum = 0;
  const counts = new Array(7).fill(0);
  for (let i = 0; i < draws; i++) {
    const value = stream.uniform();
    assert(value >= 0 && value < 1);
    sum += value;
    counts[stream.integer(7)]++;
  }
  assertAlmostEquals(sum / draws, 0.5, 5 * Math.sqrt(1 / 12 / draws));
  for (const count of counts) {
    assertAlmostEquals(count / draws, 1 / 7, 5 * Math.sqrt(6 / 49 / draws));
  }
});

Deno.test("RandomStream.shuffle() reaches all permutations of four values uniformly", () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 24_000; i++) {
    const order = new RandomStream(1, 2, i).shuffle([0, 1, 2, 3]);
    assertEquals([...order].sort(), [0, 1, 2, 3]);
    counts.set(order.join(""), (counts.get(order.join("")) ?? 0) + 1);
  }
  assertEquals(counts.size, 24);
  for (const count of counts.values()) assertAlmostEquals(count, 1000, 160);
});

Deno.test("RandomStream rejects seeds and counts out of range", () => {
  for (const seed of [-1, 1.5, NaN, 2 ** 53]) {
    assertThrows(() => new RandomStream(seed, 0), RangeError, "seed");
  }
  for (const count of [0, -1, 2.5, 2 ** 32 + 1]) {
    assertThrows(() => new RandomStream(0, 0).integer(count), RangeError, "count");
  }
});
