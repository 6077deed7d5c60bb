import { assert, assertEquals, assertRejects } from "@std/assert";
import { matmulMatmul } from "../../../kernels/mod.ts";
import { openCpuDevice } from "../../../src/device/cpu/mod.ts";
import { DeviceError } from "../../../src/device/device.ts";
import { openReferenceDevice } from "../../../src/device/reference/mod.ts";
import { runCase, worstError } from "./kernel_case.ts";

/** A library of this machine, or one that is named for the test. */
const REQUEST = Deno.env.get("ALBERT_BLAS") ?? "auto";

Deno.test("matrix products by a system's BLAS equal the reference", async (t) => {
  const device = await openCpuDevice({ workers: 2, blas: REQUEST });
  const { products } = device.description.numerics;
  await t.step({
    name: `with ${products}`,
    ignore: products.startsWith("WebAssembly"),
    async fn() {
      const reference = openReferenceDevice({ precision: "f64" });
      device.startProfile();
      for (const kernelCase of matmulMatmul.cases()) {
        const actual = await runCase(device, matmulMatmul, kernelCase);
        const expected = await runCase(reference, matmulMatmul, kernelCase);
        for (const name of Object.keys(expected)) {
          const error = worstError(actual[name], expected[name]);
          const { structural, uniforms } = kernelCase;
          // A library may add up in one go, where the error of a sum of k terms grows with √k.
          const bound = Math.max(2e-6, Math.sqrt(uniforms.k) * 2 ** -24);
          assert(
            error <= bound,
            `${name} is off by ${error} for ${JSON.stringify({ structural, uniforms })}`,
          );
        }
      }
      const [profile] = await device.endProfile();
      assertEquals(profile.variant, "blas");
      await reference.destroy();
    },
  });
  await device.destroy();
});

Deno.test("a BLAS library that is not there is named in the error", async () => {
  await assertRejects(
    () => openCpuDevice({ workers: 1, blas: "/nowhere/libblas.so" }),
    DeviceError,
    "Cannot load the BLAS library /nowhere/libblas.so",
  );
});

Deno.test({
  name: "without permission for foreign functions, `auto` goes on without BLAS",
  permissions: { read: true, ffi: false },
  async fn() {
    const device = await openCpuDevice({ workers: 1, blas: "auto" });
    assert(device.description.numerics.products.startsWith("WebAssembly SIMD"));
    await device.destroy();
  },
});
