import { assertAlmostEquals, assertEquals } from "@std/assert";
import { softmax, topK } from "../../src/model/mod.ts";

Deno.test("softmax() of large and of infinite logits stays finite", () => {
  const [first, second] = softmax([1000, 999]);
  assertAlmostEquals(first, 1 / (1 + Math.exp(-1)), 1e-12);
  assertAlmostEquals(first + second, 1, 1e-12);
  assertEquals(softmax([0, -Infinity]), [1, 0]);
});

Deno.test("topK() returns the largest first, and of equal values the first", () => {
  assertEquals(topK([0.5, 2, -1, 2, 3], 3), [4, 1, 3]);
  assertEquals(topK(Float32Array.of(1, 2), 5), [1, 0]);
});
