import { assert } from "@std/assert";
import { type Kernel, type KernelCase, KERNELS } from "../../../kernels/mod.ts";
import { openCpuDevice } from "../../../src/device/cpu/mod.ts";
import { SIMD_KERNELS } from "../../../kernels/simd/mod.ts";
import { openReferenceDevice } from "../../../src/device/reference/mod.ts";
import { runCase, sameBits, worstError } from "./kernel_case.ts";

/** Where a case states no tolerance of its own. */
const TOLERANCE = 2e-6;

/** Elements of all bindings beyond which a case shows nothing more about loops (it is there for grids of workgroups). */
const LARGEST = 1 << 18;

function casesOf(kernel: Kernel): KernelCase[] {
  return kernel.cases().filter(({ uniforms, structural }) =>
    Object.values(kernel.lengths(uniforms, structural)).reduce((a, b) => a + b, 0) <= LARGEST
  );
}

for (const { kernel } of SIMD_KERNELS.values()) {
  Deno.test(`${kernel.name} in WebAssembly equals its reference in float64, whatever the threads`, async () => {
    const reference = openReferenceDevice({ precision: "f64" });
    const devices = await Promise.all([1, 2, 3].map((workers) => openCpuDevice({ workers })));
    for (const kernelCase of casesOf(kernel)) {
      const { structural, uniforms } = kernelCase;
      const what = JSON.stringify({ structural, uniforms });
      const expected = await runCase(reference, kernel, kernelCase);
      const [actual, ...others] = await Promise.all(
        devices.map((device) => runCase(device, kernel, kernelCase)),
      );
      for (const name of Object.keys(expected)) {
        const error = worstError(actual[name], expected[name]);
        const bound = kernelCase.tolerance ?? TOLERANCE;
        assert(error <= bound, `${name} is off by ${error} for ${what}`);
        for (const other of others) {
          assert(sameBits(other[name], actual[name]), `${name} depends on threads for ${what}`);
        }
      }
    }
    for (const device of [reference, ...devices]) await device.destroy();
  });
}

Deno.test("references on several threads give the bits of one thread", async () => {
  const one = openReferenceDevice({ precision: "f32" });
  const three = await openCpuDevice({ workers: 3, fast: false });
  for (const kernel of KERNELS) {
    for (const kernelCase of casesOf(kernel).slice(0, 4)) {
      const expected = await runCase(one, kernel, kernelCase);
      const actual = await runCase(three, kernel, kernelCase);
      for (const name of Object.keys(expected)) {
        assert(sameBits(actual[name], expected[name]), `${kernel.name} ${name} differs`);
      }
    }
  }
  await three.destroy();
  await one.destroy();
});
