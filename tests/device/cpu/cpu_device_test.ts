import { assert } from "@std/assert";
import { KERNELS } from "../../../kernels/mod.ts";
import { openCpuDevice, openReferenceDevice } from "../../../src/device/mod.ts";
import { runCase, sameBits, totalLength } from "../../kernels/support/run_case.ts";
import { testHostDevice } from "../host/host_device_conformance.ts";

testHostDevice("the CPU device with one thread", () => openCpuDevice({ workers: 1 }));
testHostDevice("the CPU device with two threads", () => openCpuDevice({ workers: 2 }));

Deno.test("references on several threads give the bits of one thread", async () => {
  const one = openReferenceDevice({ precision: "f32" });
  const three = await openCpuDevice({ workers: 3, simd: false });
  for (const kernel of KERNELS) {
    const cases = kernel.cases().filter((some) => totalLength(kernel, some) <= 1 << 18);
    for (const some of cases.slice(0, 4)) {
      const expected = await runCase(one, kernel, some);
      const actual = await runCase(three, kernel, some);
      for (const name of Object.keys(expected)) {
        assert(sameBits(actual[name], expected[name]), `${kernel.name} ${name} differs`);
      }
    }
  }
  await three.destroy();
  await one.destroy();
});
