/** Accuracy of the activations on the device, element by element, above all near zero, where a built-in tanh loses its digits. */
import { assert } from "@std/assert";
import {
  elementwiseActivationBackward,
  elementwiseActivationForward,
  type Kernel,
} from "../../kernels/mod.ts";
import { referenceOf } from "./support/case_arrays.ts";
import { openVariantRunner } from "./support/run_variants.ts";

const COUNT = 2 ** 17;

/** Points of both signs: half of them log-uniform from 1e-8 to 10, half uniform from 0 to 12. */
const POINTS = Float32Array.from({ length: COUNT }, (_, i) => {
  const share = (i % (COUNT / 2)) / (COUNT / 2);
  return (i % 2 === 0 ? 1 : -1) * (i < COUNT / 2 ? 10 ** (9 * share - 8) : 12 * share);
});

/** Bounds of a few roundings; float32 rounds to 6e-8. */
const BOUNDS = [
  { activation: "gelu", nearZero: 6e-7, everywhere: 6e-7 },
  { activation: "gelu_new", nearZero: 3e-7, everywhere: 6e-7 },
  { activation: "tanh", nearZero: 2e-7, everywhere: 2e-7 },
] as const;

const runner = await openVariantRunner();

async function onDevice(kernel: Kernel, activation: string) {
  const some = { structural: { activation }, uniforms: { count: COUNT } };
  const ones = new Float32Array(COUNT).fill(1);
  const arrays: Record<string, Float32Array> = kernel === elementwiseActivationForward
    ? { x: POINTS, y: new Float32Array(COUNT) }
    : { x: POINTS, dy: ones, dx: new Float32Array(COUNT) };
  const exact = Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, Float64Array.from(array)]),
  );
  const written = kernel === elementwiseActivationForward ? "y" : "dx";
  const [variant] = runner!.supported(kernel, some);
  const actual = await runner!.run(kernel, variant, some, arrays);
  return { actual: actual[written], expected: referenceOf(kernel, some, exact)[written] };
}

for (const { activation, nearZero, everywhere } of BOUNDS) {
  Deno.test({
    name: `${activation} has an error of at most ${nearZero} near 0 and ${everywhere} elsewhere`,
    ignore: runner === null,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const { actual, expected } = await onDevice(elementwiseActivationForward, activation);
      for (let i = 0; i < COUNT; i++) {
        const error = Math.abs(actual[i] - expected[i]);
        const size = Math.abs(POINTS[i]);
        const bound = size < 1
          ? nearZero * Math.abs(expected[i])
          : everywhere * Math.max(Math.abs(expected[i]), 1);
        assert(
          error <= bound,
          `${activation}(${POINTS[i]}) = ${actual[i]}, expected ${expected[i]}`,
        );
      }
    },
  });

  Deno.test({
    name: `the derivative of ${activation} has an error of at most 4e-7`,
    ignore: runner === null,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const { actual, expected } = await onDevice(elementwiseActivationBackward, activation);
      for (let i = 0; i < COUNT; i++) {
        const error = Math.abs(actual[i] - expected[i]);
        assert(
          error <= 4e-7,
          `derivative at ${POINTS[i]} is ${actual[i]}, expected ${expected[i]}`,
        );
      }
    },
  });
}

Deno.test({
  name: "the device of this file is closed",
  ignore: runner === null,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () => runner!.device.destroy(),
});
