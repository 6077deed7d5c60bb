import { assert, assertEquals } from "@std/assert";
import { openCpuDevice } from "../../../src/device/cpu/mod.ts";
import { FAST_PATHS } from "../../../src/device/cpu/fast/mod.ts";
import { openReferenceDevice } from "../../../src/device/reference/mod.ts";
import { runCase, worstError } from "./kernel_case.ts";

/** Where a case states no tolerance of its own. */
const TOLERANCE = 2e-6;

for (const { kernel } of FAST_PATHS.values()) {
  Deno.test(`${kernel.name} in WebAssembly equals its twin in float64`, async () => {
    const device = await openCpuDevice({ workers: 2 });
    const reference = openReferenceDevice({ precision: "f64" });
    for (const kernelCase of kernel.cases()) {
      const actual = await runCase(device, kernel, kernelCase);
      const expected = await runCase(reference, kernel, kernelCase);
      for (const name of Object.keys(expected)) {
        const error = worstError(actual[name], expected[name]);
        const bound = kernelCase.tolerance ?? TOLERANCE;
        const { structural, uniforms } = kernelCase;
        assert(
          error <= bound,
          `${name} is off by ${error} for ${JSON.stringify({ structural, uniforms })}`,
        );
      }
    }
    await device.destroy();
    await reference.destroy();
  });

  Deno.test(`${kernel.name} gives the same bits with 1, 2 and 3 threads`, async () => {
    const results = [];
    for (const workers of [1, 2, 3]) {
      const device = await openCpuDevice({ workers });
      const ofCases = [];
      for (const kernelCase of kernel.cases()) {
        ofCases.push(await runCase(device, kernel, kernelCase));
      }
      results.push(ofCases);
      await device.destroy();
    }
    assertEquals(results[1], results[0]);
    assertEquals(results[2], results[0]);
  });
}
