import { assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { initialValues, type ParameterSpec } from "../../src/model/mod.ts";

const matrix: ParameterSpec = { name: "dense.weight", shape: [200, 500], kind: "matrix" };

Deno.test("initialValues() draws from a normal distribution truncated at two standard deviations", () => {
  const values = initialValues(matrix, 7, 0.02);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(
    values.reduce((sum, value) => sum + value * value, 0) / values.length,
  );
  assertAlmostEquals(mean, 0, 3e-4);
  // A standard normal distribution truncated at ±2 has standard deviation 0.87962.
  assertAlmostEquals(deviation, 0.02 * 0.87962, 2e-4);
  assertEquals(values.every((value) => Math.abs(value) <= 0.04), true);
  const beyondOne = values.filter((value) => Math.abs(value) > 0.02).length / values.length;
  assertAlmostEquals(beyondOne, (0.3173105 - 0.0455003) / (1 - 0.0455003), 0.01);
});

Deno.test("initialValues() depends on the seed and the name", () => {
  const values = initialValues(matrix, 7, 0.02);
  assertEquals(initialValues(matrix, 7, 0.02), values);
  assertNotEquals(initialValues(matrix, 8, 0.02), values);
  assertNotEquals(initialValues({ ...matrix, name: "other.weight" }, 7, 0.02), values);
});

Deno.test("initialValues() sets biases to 0 and normalization weights to 1", () => {
  const spec = (kind: ParameterSpec["kind"]): ParameterSpec => ({ name: "x", shape: [3], kind });
  assertEquals([...initialValues(spec("bias"), 1, 0.02)], [0, 0, 0]);
  assertEquals([...initialValues(spec("norm_bias"), 1, 0.02)], [0, 0, 0]);
  assertEquals([...initialValues(spec("norm_weight"), 1, 0.02)], [1, 1, 1]);
});
