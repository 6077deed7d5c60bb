import { assert } from "@std/assert";
import { SIMD_KERNELS } from "../../../kernels/simd/mod.ts";
import { openCpuDevice, openReferenceDevice } from "../../../src/device/mod.ts";
import { describe } from "../support/case_arrays.ts";
import { worstDifference } from "../support/differences.ts";
import { runCase, sameBits, totalLength } from "../support/run_case.ts";

/** Bound on the difference from the reference for cases without their own tolerance. */
const TOLERANCE = 2e-6;

/** Larger cases exist for grids of workgroups, and test nothing more here. */
const MAX_LENGTH = 1 << 18;

for (const { kernel } of SIMD_KERNELS.values()) {
  Deno.test(`SIMD kernel ${kernel.name} equals its float64 reference and does not depend on the number of threads`, async () => {
    const reference = openReferenceDevice({ precision: "f64" });
    const devices = await Promise.all([1, 2, 3].map((workers) => openCpuDevice({ workers })));
    for (const some of kernel.cases()) {
      if (totalLength(kernel, some) > MAX_LENGTH) continue;
      const what = describe(kernel, some);
      const expected = await runCase(reference, kernel, some);
      const [actual, ...others] = await Promise.all(
        devices.map((device) => runCase(device, kernel, some)),
      );
      for (const name of Object.keys(expected)) {
        const { error } = worstDifference(actual[name], expected[name]);
        const bound = some.tolerance ?? TOLERANCE;
        assert(error <= bound, `${what}: ${name} differs by ${error}`);
        for (const other of others) {
          assert(sameBits(other[name], actual[name]), `${what}: ${name} depends on threads`);
        }
      }
    }
    for (const device of [reference, ...devices]) await device.destroy();
  });
}
