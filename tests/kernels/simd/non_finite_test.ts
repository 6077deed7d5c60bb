import { assert } from "@std/assert";
import { type Kernel, type KernelCase, parseMatmulActivation } from "../../../kernels/mod.ts";
import { SIMD_KERNELS } from "../../../kernels/simd/mod.ts";
import { openCpuDevice, openReferenceDevice } from "../../../src/device/mod.ts";
import { describe, seededRandom } from "../support/case_arrays.ts";
import { runCase } from "../support/run_case.ts";

const NON_FINITE = [NaN, Infinity, -Infinity];

/** Where a derivative is so small that single precision may round it to 0, Infinity times it is NaN or Infinity. */
const NAN_ONLY = new Set([
  "elementwise.activation_backward",
  "elementwise.activation_backward_in_place",
]);

function valuesOf({ name }: Kernel, { structural: { activation } }: KernelCase): number[] {
  return NAN_ONLY.has(name) || parseMatmulActivation(activation).backward ? [NaN] : NON_FINITE;
}

/** The case with about one in a hundred elements of the bindings `names` replaced by one of `values`. */
function withNonFinite(
  some: KernelCase,
  names: readonly string[],
  values: readonly number[],
): KernelCase {
  const fill = Object.fromEntries(names.map((name) => [
    name,
    (length: number, random: () => number) => {
      const pick = seededRandom(length);
      const data = some.fill?.[name]?.(length, random) ?? new Float32Array(length);
      return Array.from(
        data,
        (value) =>
          pick() < 0.01 ? values[Math.floor(values.length * pick())] : value || 2 * pick() - 1,
      );
    },
  ]));
  return { ...some, fill: { ...some.fill, ...fill } };
}

const kind = (value: number) => Number.isFinite(value) ? "finite" : String(value);

for (const { kernel } of SIMD_KERNELS.values()) {
  const names = Object.entries(kernel.bindings)
    .filter(([, { type }]) => type === "f32")
    .map(([name]) => name);
  Deno.test(`SIMD kernel ${kernel.name} propagates NaN and Infinity like its reference`, async () => {
    const device = await openCpuDevice({ workers: 1 });
    const reference = openReferenceDevice({ precision: "f32" });
    for (const some of kernel.cases()) {
      const lengths = Object.values(kernel.lengths(some.uniforms, some.structural));
      if (Math.max(...lengths) >= 20_000) continue;
      const changed = withNonFinite(some, names, valuesOf(kernel, some));
      const actual = await runCase(device, kernel, changed);
      const expected = await runCase(reference, kernel, changed);
      for (const name of Object.keys(expected)) {
        const at = expected[name].findIndex((value: number, i: number) =>
          kind(value) !== kind(actual[name][i])
        );
        assert(
          at < 0,
          `${describe(kernel, some)}: ${name}[${at}] is ${actual[name][at]}, expected ${
            expected[name][at]
          }`,
        );
      }
    }
    await device.destroy();
    await reference.destroy();
  });
}
