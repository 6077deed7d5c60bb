import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { DropoutRandom } from "../../src/tensor/mod.ts";

Deno.test("DropoutRandom numbers the dropouts of a forward pass, and a copy continues on its own", () => {
  const random = new DropoutRandom(7, 3, 0);
  const first = random.next(0.5, 1);
  const copy = random.copy();
  const second = random.next(0.5, 1);
  assertNotEquals(first, second);
  assertEquals(copy.next(0.5, 1), second);
  assertEquals(random.next(0.5, 1), copy.next(0.5, 1));
});

Deno.test("DropoutRandom rejects seeds, steps and probabilities out of range", () => {
  for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
    assertThrows(() => new DropoutRandom(seed, 0, 0), RangeError, "seed must be an integer from 0");
  }
  assertThrows(() => new DropoutRandom(0, -1, 0), RangeError, "step must be an integer from 0");
  const random = new DropoutRandom(0, 0, 0);
  for (const probability of [-0.1, 1, NaN]) {
    assertThrows(() => random.next(probability, 1), RangeError, "must be in [0, 1)");
  }
});
