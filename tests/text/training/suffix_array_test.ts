import { assertEquals } from "@std/assert";
import { commonPrefixLengths, suffixArray } from "../../../src/text/training/suffix_array.ts";
import { RandomStream } from "../../../src/tensor/random/mod.ts";

function randomText(random: RandomStream, length: number, alphabetSize: number): Int32Array {
  return Int32Array.from({ length }, () => random.integer(alphabetSize));
}

function compareSuffixes(text: Int32Array, left: number, right: number): number {
  while (left < text.length && right < text.length) {
    if (text[left] !== text[right]) return text[left] - text[right];
    left++;
    right++;
  }
  return right - left;
}

Deno.test("The suffix array equals sorting all suffixes, for random texts of every small size", () => {
  const random = new RandomStream(1, 0);
  for (let i = 0; i < 2000; i++) {
    const alphabetSize = 1 + random.integer(5);
    const text = randomText(random, random.integer(60), alphabetSize);
    const expected = Array.from(text.keys()).sort((a, b) => compareSuffixes(text, a, b));
    assertEquals(Array.from(suffixArray(text, alphabetSize)), expected);
  }
});

Deno.test("The suffix array of a periodic text with deep recursion is in order", () => {
  const text = Int32Array.from({ length: 5000 }, (_, i) => [1, 0, 1, 1, 0, 2][(i * i) % 7 % 6]);
  const sorted = suffixArray(text, 3);
  assertEquals(new Set(sorted).size, text.length);
  for (let i = 1; i < sorted.length; i++) {
    assertEquals(compareSuffixes(text, sorted[i - 1], sorted[i]) < 0, true);
  }
});

Deno.test("Common prefix lengths equal comparing neighbors symbol by symbol", () => {
  const text = randomText(new RandomStream(2, 0), 300, 3);
  const sorted = suffixArray(text, 3);
  const shared = commonPrefixLengths(text, sorted);
  assertEquals(shared[0], 0);
  for (let i = 1; i < sorted.length; i++) {
    let length = 0;
    while (
      sorted[i - 1] + length < text.length && sorted[i] + length < text.length &&
      text[sorted[i - 1] + length] === text[sorted[i] + length]
    ) length++;
    assertEquals(shared[i], length);
  }
});
