import { assert, assertRejects } from "@std/assert";
import { crossEntropyBackward, layerNormForward } from "../../../kernels/mod.ts";
import { SIMD_KERNELS } from "../../../kernels/simd/mod.ts";
import { DeviceError, openCpuDevice, openReferenceDevice } from "../../../src/device/mod.ts";
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

Deno.test("SIMD kernel cross_entropy.backward writes nothing for a label outside of the columns", async () => {
  const some = {
    structural: {},
    uniforms: { rows: 3, columns: 5, pitch: 8, scale: 1 },
    // The labels are in the padding, in the next row and in other buffers.
    fill: { labels: () => [6, 12, 2 ** 20], log_sum_exp: () => [2, 2, 2] },
  };
  const reference = openReferenceDevice({ precision: "f64" });
  const device = await openCpuDevice({ workers: 1 });
  const expected = await runCase(reference, crossEntropyBackward, some);
  const actual = await runCase(device, crossEntropyBackward, some);
  assert(worstDifference(actual.logits, expected.logits).error <= TOLERANCE);
  for (const opened of [reference, device]) await opened.destroy();
});

Deno.test("SIMD kernel layer_norm.forward rejects rows whose dropout mask exceeds the scratch memory", async () => {
  const [some] = layerNormForward.cases().filter(({ structural: { residual, dropout } }) =>
    residual === true && dropout === true
  );
  const device = await openCpuDevice({ workers: 1 });
  await assertRejects(
    () =>
      runCase(device, layerNormForward, {
        structural: some.structural,
        uniforms: { ...some.uniforms, rows: 1, columns: 2 ** 18 },
      }),
    DeviceError,
    "layer_norm.forward failed: dropout of 262144 columns exceeds the CPU device's limit of 262124",
  );
  await device.destroy();
});
