import { assert } from "@std/assert";
import type { KernelCase } from "../../../kernels/mod.ts";
import { openCpuDevice } from "../../../src/device/cpu/mod.ts";
import { SIMD_KERNELS } from "../../../kernels/simd/mod.ts";
import { openReferenceDevice } from "../../../src/device/reference/mod.ts";
import { generator, runCase } from "./kernel_case.ts";

const FAULTS = [NaN, Infinity, -Infinity];

/** Where a slope is so small that single precision may call it 0, Infinity times it is NaN or Infinity: only NaN is clear. */
const NAN_ONLY = new Set([
  "elementwise.activation_backward",
  "elementwise.activation_backward_in_place",
]);

/** The case with one of `faults` in about every hundredth place of the bindings `names`. */
function poisoned(
  kernelCase: KernelCase,
  names: readonly string[],
  faults: readonly number[],
): KernelCase {
  const fill = Object.fromEntries(names.map((name) => [
    name,
    (length: number, random: () => number) => {
      const pick = generator(length);
      const data = kernelCase.fill?.[name]?.(length, random) ?? new Float32Array(length);
      return Array.from(
        data,
        (value) =>
          pick() < 0.01 ? faults[Math.floor(faults.length * pick())] : value || 2 * pick() - 1,
      );
    },
  ]));
  return { ...kernelCase, fill: { ...kernelCase.fill, ...fill } };
}

/** NaN, +Infinity, −Infinity or a number. */
const kind = (value: number) => Number.isFinite(value) ? "number" : String(value);

for (const { kernel } of SIMD_KERNELS.values()) {
  const numbers = Object.entries(kernel.bindings)
    .filter(([, { type }]) => type === "f32")
    .map(([name]) => name);
  Deno.test(`${kernel.name} hands NaN and Infinity on as its reference does`, async () => {
    const device = await openCpuDevice({ workers: 1 });
    const reference = openReferenceDevice({ precision: "f32" });
    const cases = kernel.cases().filter(({ uniforms, structural }) => {
      const elements = Object.values(kernel.lengths(uniforms, structural));
      return elements.every((length) => length < 20_000);
    });
    for (const kernelCase of cases) {
      const sick = poisoned(kernelCase, numbers, NAN_ONLY.has(kernel.name) ? [NaN] : FAULTS);
      const actual = await runCase(device, kernel, sick);
      const expected = await runCase(reference, kernel, sick);
      for (const name of Object.keys(expected)) {
        const at = expected[name].findIndex((value: number, i: number) =>
          kind(value) !== kind(actual[name][i])
        );
        const { structural, uniforms } = kernelCase;
        assert(
          at < 0,
          `${name}[${at}] is ${actual[name][at]}, the reference's is ${expected[name][at]} for ${
            JSON.stringify({ structural, uniforms })
          }`,
        );
      }
    }
    await device.destroy();
    await reference.destroy();
  });
}
