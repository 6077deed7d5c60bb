import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  philox4x32,
  RandomStream,
  type Words2,
  type Words4,
} from "../../../src/tensor/random/mod.ts";

const hex = (words: number[]) => words.map((w) => w.toString(16).padStart(8, "0")).join(" ");

// Random123's tests/kat_vectors, lines "philox4x32 10".
const KNOWN_ANSWERS: [Words4, Words2, string][] = [
  [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    "408f276d 41c83b0e a20bc7c6 6d5451fd",
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    "d16cfe09 94fdcceb 5001e420 24126ea1",
  ],
];

for (const [counter, key, answer] of KNOWN_ANSWERS) {
  Deno.test(`philox4x32() equals Random123's known answer for counter ${hex(counter)}`, () =>
    assertEquals(hex(philox4x32(counter, key)), answer));
}

/** The same function with BigInt, written from the paper's figure. */
function philoxByBigInt(counter: Words4, key: Words2): Words4 {
  let [c0, c1, c2, c3] = counter.map(BigInt), [k0, k1] = key.map(BigInt);
  const mask = 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const p0 = 0xD2511F53n * c0, p1 = 0xCD9E8D57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask];
    k0 = (k0 + 0x9E3779B9n) & mask;
    k1 = (k1 + 0xBB67AE85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number) as Words4;
}

Deno.test("philox4x32() equals a BigInt reference at 2,000 random counters and keys", () => {
  const source = new RandomStream(3, 9);
  for (let i = 0; i < 2000; i++) {
    const [a, b, c, d, e, f] = Array.from({ length: 6 }, () => source.word());
    assertEquals(philox4x32([a, b, c, d], [e, f]), philoxByBigInt([a, b, c, d], [e, f]));
  }
});

Deno.test("RandomStream draws consecutive blocks, and every argument changes the sequence", () => {
  const stream = new RandomStream(5, 6, 7, 8);
  const words = Array.from({ length: 8 }, () => stream.word());
  assertEquals(words, [...philox4x32([0, 7, 8, 0], [5, 6]), ...philox4x32([1, 7, 8, 0], [5, 6])]);
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
