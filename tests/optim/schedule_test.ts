import { assertAlmostEquals, assertEquals } from "@std/assert";
import { learningRateAt } from "../../src/optim/mod.ts";

const paper = { peakLearningRate: 0.00176, warmupSteps: 3125, totalSteps: 125_000 };

Deno.test("learningRateAt() starts at zero and rises linearly", () => {
  assertEquals(learningRateAt(paper, 0), 0);
  assertAlmostEquals(learningRateAt(paper, 1), 0.00176 / 3125, 1e-12);
  assertAlmostEquals(learningRateAt(paper, 3124), 0.00176 * 3124 / 3125, 1e-12);
});

Deno.test("learningRateAt() drops to 0.975 of the peak after warm-up because the decay starts at step 0", () => {
  assertAlmostEquals(learningRateAt(paper, 3125), 0.00176 * 0.975, 1e-12);
});

Deno.test("learningRateAt() reaches zero and stays there", () => {
  assertAlmostEquals(learningRateAt(paper, 124_999), 0.00176 / 125_000, 1e-12);
  assertEquals(learningRateAt(paper, 125_000), 0);
  assertEquals(learningRateAt(paper, 200_000), 0);
});

Deno.test("learningRateAt() raises the decay to a power, but not the warm-up", () => {
  const squared = { ...paper, power: 2 };
  assertAlmostEquals(learningRateAt(squared, 3124), 0.00176 * 3124 / 3125, 1e-12);
  assertAlmostEquals(learningRateAt(squared, 62_500), 0.00176 / 4, 1e-12);
  assertEquals(learningRateAt(squared, 125_000), 0);
  assertEquals(learningRateAt({ ...paper, power: 1 }, 77_777), learningRateAt(paper, 77_777));
});

Deno.test("learningRateAt() without warm-up starts at the peak", () => {
  assertEquals(learningRateAt({ ...paper, warmupSteps: 0 }, 0), 0.00176);
});
