import { assert, assertEquals } from "@std/assert";
import { f32x4, i32, v128 } from "../../../kernels/simd/code.ts";
import { makeLibrary } from "../../../kernels/simd/library.ts";
import { plainMultiplyAdd } from "../../../kernels/simd/macro.ts";
import { hasRelaxedSimd } from "../../../kernels/simd/mod.ts";
import { ModuleBuilder } from "../../../kernels/simd/module_builder.ts";

/** Computes `exp` of at most 4096 numbers. */
function exponentials(relaxed: boolean, numbers: readonly number[]): Float32Array {
  const module = new ModuleBuilder();
  const multiplyAdd = relaxed ? f32x4.relaxedMultiplyAdd : plainMultiplyAdd;
  const { exp } = makeLibrary(module, multiplyAdd);
  module.function(["i32", "i32"], null, (f) => {
    const [position, end] = f.parameters;
    f.while(position, end, 16, () => {
      f.do(v128.store(i32.add(position, 16_384), exp(f, v128.load(position))));
    });
  }, "exp");
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const compiled = new WebAssembly.Module(module.bytes(false, 1));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  const floats = new Float32Array(memory.buffer);
  floats.set(numbers);
  (exports.exp as CallableFunction)(0, 4 * numbers.length);
  return floats.slice(4096, 4096 + numbers.length);
}

for (const relaxed of hasRelaxedSimd() ? [false, true] : [false]) {
  const name = `exp in SIMD, ${relaxed ? "with" : "without"} the relaxed multiply-add,`;

  Deno.test(`${name} has a relative error of at most 1.2e-7`, () => {
    // Midway between multiples of ln 2, the rounding to an integer changes.
    const midpoints = Array.from({ length: 254 }, (_, i) => (i - 125.5) * Math.LN2);
    const spread = Array.from({ length: 3800 }, (_, i) => -87 + (87 + 88.7) * i / 3799);
    const numbers = [...midpoints, ...spread].filter((x) => x > -87 && x < 88.72).map(Math.fround);
    const actual = exponentials(relaxed, numbers);
    const errors = numbers.map((x, i) => Math.abs(actual[i] / Math.exp(x) - 1));
    const worst = errors.indexOf(Math.max(...errors));
    assert(errors[worst] <= 1.2e-7, `exp(${numbers[worst]}) = ${actual[worst]}`);
  });

  Deno.test(`${name} is exact at its limits, and keeps NaN in its lane`, () => {
    const numbers = [0, -0, -104, -Infinity, 88.73, Infinity, NaN, 0];
    assertEquals([...exponentials(relaxed, numbers)], [1, 1, 0, 0, Infinity, Infinity, NaN, 1]);
    // 1.3 times the least positive number.
    assertEquals(exponentials(relaxed, [-103, 0, 0, 0])[0], 2 ** -149);
  });
}
