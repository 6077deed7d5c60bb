import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
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

// transformers 5.24: get_scheduler(name, optimizer, num_warmup_steps=3, num_training_steps=11) with lr=0.5
const TRANSFORMERS = {
  linear: [0.5, 0.4375, 0.375, 0.3125, 0.25, 0.1875, 0.125, 0.0625, 0],
  cosine: [
    ...[0.5, 0.480969883, 0.426776695, 0.345670858, 0.25],
    ...[0.154329142, 0.073223305, 0.019030117, 0],
  ],
  constant: Array(9).fill(0.5),
} as const;

for (const decay of ["linear", "cosine", "constant"] as const) {
  Deno.test(`learningRateAt() with ${decay} decay equals transformers`, () => {
    const schedule = { peakLearningRate: 0.5, warmupSteps: 3, totalSteps: 11, decay };
    const expected = [0, 0.166666667, 0.333333333, ...TRANSFORMERS[decay]];
    expected.forEach((rate, step) =>
      assertAlmostEquals(learningRateAt(schedule, step), rate, 1e-9)
    );
    const { decay: _, ...polynomial } = schedule;
    assert(learningRateAt(polynomial, 3) !== learningRateAt(schedule, 3));
    // A schedule that ends with its warm-up.
    assertAlmostEquals(learningRateAt({ ...schedule, totalSteps: 3 }, 2), 0.333333333, 1e-9);
  });
}
