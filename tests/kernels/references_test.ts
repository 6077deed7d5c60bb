/** What the references rest on: known answers, and independence of how the work is split. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { activation } from "../../kernels/activation/activation.ts";
import { erf, erfc } from "../../kernels/activation/erf.ts";
import { KERNELS, philox4x32 } from "../../kernels/mod.ts";
import { DropoutMask } from "../../kernels/philox/philox.ts";
import { caseArrays, describe, outputs, referenceOf } from "./support/case_arrays.ts";

Deno.test("philox4x32 gives the known answers of Random123", () => {
  // https://github.com/DEShawResearch/random123, tests/kat_vectors: philox4x32 10.
  const answers: [number[], number[], number[]][] = [
    [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ];
  for (const [[c0, c1, c2, c3], [k0, k1], expected] of answers) {
    const output = new Uint32Array(4);
    philox4x32(output, c0, c1, c2, c3, k0, k1);
    assertEquals([...output], expected);
  }
});

Deno.test("erf and erfc equal values to sixteen digits", () => {
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

Deno.test("activation() names the functions it has when it has not the one asked for", () => {
  assertThrows(() => activation("swish"), RangeError, "gelu, gelu_new, relu, tanh");
});

Deno.test("a dropout mask keeps the share it should and follows the example, not the row", () => {
  const uniforms = {
    seed_low: 1,
    seed_high: 2,
    stream: 3,
    step: 4,
    first_example: 10,
    rows_per_example: 4,
    threshold: Math.round(0.1 * 2 ** 32),
    keep_scale: 1 / 0.9,
  };
  const columns = 50;
  const mask = new DropoutMask(uniforms, columns);
  let kept = 0;
  for (let row = 0; row < 400; row++) {
    for (let column = 0; column < columns; column++) {
      const y = mask.apply(1, row, column);
      assert(y === 0 || y === uniforms.keep_scale);
      if (y !== 0) kept++;
    }
  }
  // Five standard deviations of 20,000 draws.
  assertAlmostEquals(kept / (400 * columns), 0.9, 5 * Math.sqrt(0.09 / 20_000));

  const later = new DropoutMask({ ...uniforms, first_example: 12 }, columns);
  for (let column = 0; column < columns; column++) {
    assertEquals(later.apply(1, 1, column), mask.apply(1, 9, column));
  }
});

for (const kernel of KERNELS) {
  Deno.test(`${kernel.name}: the reference's result does not depend on how its items are split`, () => {
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
