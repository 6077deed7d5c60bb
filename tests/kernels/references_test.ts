/** The functions that references use, against known values, and independence of how items are split. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { activation } from "../../kernels/activation/activation.ts";
import { erf, erfc } from "../../kernels/activation/erf.ts";
import { KERNELS } from "../../kernels/mod.ts";
import { caseArrays, describe, outputs, referenceOf } from "./support/case_arrays.ts";

Deno.test("erf() and erfc() equal known values to sixteen digits", () => {
  // From mpmath at 30 digits.
  const values: [number, number, number][] = [
    [0.1, 0.112462916018284892, 0.887537083981715108],
    [0.5, 0.520499877813046538, 0.479500122186953462],
    [1, 0.842700792949714869, 0.157299207050285131],
    [-2, -0.995322265018952734, 1.995322265018952734],
    [3.9, 0.999999965207751384, 3.47922485972317e-8],
    [6, 1, 2.1519736712498913e-17],
  ];
  for (const [x, expected, complement] of values) {
    assertAlmostEquals(erf(x) / expected, 1, 1e-15);
    assertAlmostEquals(erfc(x) / complement, 1, 2e-15);
  }
  assertEquals([erf(0), erf(Infinity), erf(-Infinity), erfc(Infinity)], [0, 1, -1, 0]);
  assert(Number.isNaN(erf(NaN)) && Number.isNaN(erfc(NaN)));
});

Deno.test("activation() rejects an unknown name and lists the known ones", () => {
  assertThrows(() => activation("swish"), RangeError, "gelu, gelu_new, relu, tanh");
});

for (const kernel of KERNELS) {
  Deno.test(`${kernel.name}: the reference does not depend on how its items are split`, () => {
    for (const [index, some] of kernel.cases().entries()) {
      const { uniforms, structural } = some;
      const items = kernel.items(uniforms, structural);
      const arrays = caseArrays(kernel, some, index + 1);
      const elements = Object.values(arrays).reduce((sum, { length }) => sum + length, 0);
      if (elements > 300_000) continue;
      const expected = referenceOf(kernel, some, arrays);
      const cuts = [items, Math.ceil(items * 0.4), Math.min(1, items), 0];
      for (let part = 0; part + 1 < cuts.length; part++) {
        kernel.reference(arrays, uniforms, structural, cuts[part + 1], cuts[part]);
      }
      for (const name of outputs(kernel, some)) {
        assertEquals(arrays[name], expected[name], `${describe(kernel, some)}: ${name}`);
      }
    }
  });
}
