import { assert, assertEquals, assertThrows } from "@std/assert";
import { presetConfig } from "../../src/model/mod.ts";
import { planPretrainingStep } from "../../src/pretraining/mod.ts";

Deno.test("planPretrainingStep() counts the parameters and the arithmetic of albert-base", () => {
  const plan = planPretrainingStep(presetConfig("albert-base-v2"), 8, 128, 20);
  assertEquals(plan.encoderParameters, 11_683_584);
  assertEquals(plan.pretrainingParameters, 11_813_810);
  // Matmuls of projections, feed-forward, attention and head: once forward and twice backward.
  const tokens = 8 * 128, h = 768, masked = 8 * 20;
  const layer = 4 * 2 * tokens * h * h + 2 * 2 * tokens * h * 3072 + 2 * 2 * tokens * 128 * h;
  const head = 2 * masked * (h * 128 + 128 * 30_000);
  const products = 3 * (12 * layer + 2 * tokens * 128 * h + head);
  assert(plan.flops > products && plan.flops < 1.02 * products, `${plan.flops} of ${products}`);
});

Deno.test("planPretrainingStep() needs more temporary memory for more examples, and the same persistent memory", () => {
  const small = planPretrainingStep(presetConfig("nano"), 4, 64, 10);
  const large = planPretrainingStep(presetConfig("nano"), 16, 64, 10);
  assertEquals(small.persistentBytes, large.persistentBytes);
  assert(large.temporaryBytes > 3 * small.temporaryBytes);
  // Values, gradients and two moments.
  assert(small.persistentBytes >= 4 * 4 * small.pretrainingParameters);
});

Deno.test("planPretrainingStep() needs less memory and more arithmetic the more is recomputed", () => {
  const [none, attention, layers] = (["none", "attention", "layers"] as const).map((recompute) =>
    planPretrainingStep(presetConfig("albert-base-v2"), 8, 128, 20, { recompute })
  );
  assert(attention.temporaryBytes < 0.8 * none.temporaryBytes);
  assert(layers.temporaryBytes < 0.4 * none.temporaryBytes);
  assert(none.flops < attention.flops && attention.flops < layers.flops);
  assert(layers.flops < 1.34 * none.flops);
});

Deno.test("planPretrainingStep() names the tensor that exceeds a device's limits", () => {
  const limits = { maxBufferBytes: 2 ** 20, maxBindingBytes: 2 ** 20 };
  assertThrows(
    () => planPretrainingStep(presetConfig("nano"), 4, 64, 10, { limits }),
    RangeError,
    'Cannot allocate buffer "parameters": ',
  );
});
