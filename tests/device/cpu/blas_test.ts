import { assert, assertEquals, assertRejects } from "@std/assert";
import { matmulMatmul } from "../../../kernels/mod.ts";
import { openCpuDevice, openReferenceDevice } from "../../../src/device/mod.ts";
import { DeviceError } from "../../../src/device/device.ts";
import { describe } from "../../kernels/support/case_arrays.ts";
import { worstDifference } from "../../kernels/support/differences.ts";
import { runCase } from "../../kernels/support/run_case.ts";

/** The library to test; by default the first that is found. */
const REQUEST = Deno.env.get("ALBERT_BLAS") ?? "auto";

Deno.test("matrix multiplications with a system BLAS equal the reference", async (t) => {
  const device = await openCpuDevice({ workers: 2, blas: REQUEST });
  const { products } = device.description.numerics;
  await t.step({
    name: `with ${products}`,
    ignore: products.startsWith("WebAssembly"),
    async fn() {
      const reference = openReferenceDevice({ precision: "f64" });
      device.startProfile();
      for (const some of matmulMatmul.cases()) {
        const actual = await runCase(device, matmulMatmul, some);
        const expected = await runCase(reference, matmulMatmul, some);
        for (const name of Object.keys(expected)) {
          const { error } = worstDifference(actual[name], expected[name]);
          // A library may sum all k terms in one accumulator, where the error grows with √k.
          const bound = Math.max(2e-6, Math.sqrt(some.uniforms.k) * 2 ** -24);
          assert(
            error <= bound,
            `${describe(matmulMatmul, some)}: ${name} differs by ${error}`,
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

Deno.test("openCpuDevice() names a BLAS library that cannot be loaded", async () => {
  await assertRejects(
    () => openCpuDevice({ workers: 1, blas: "/nowhere/libblas.so" }),
    DeviceError,
    "Cannot load the BLAS library /nowhere/libblas.so",
  );
});

Deno.test({
  name: "without --allow-ffi, `auto` uses no BLAS",
  permissions: { read: true, ffi: false },
  async fn() {
    const device = await openCpuDevice({ workers: 1, blas: "auto" });
    assert(device.description.numerics.products.startsWith("WebAssembly SIMD"));
    await device.destroy();
  },
});

Deno.test("a BLAS uses at most as many threads as the device, and as its variable specifies", async (t) => {
  const threads = async (workers: number) => {
    const device = await openCpuDevice({ workers, blas: REQUEST });
    const { blas } = device.description;
    const count = blas === undefined ? undefined : loadedThreads(blas);
    await device.destroy();
    return count;
  };
  const before = Deno.env.get("OPENBLAS_NUM_THREADS");
  const free = await threads(2);
  await t.step({
    name: "of OpenBLAS",
    ignore: free === undefined,
    async fn() {
      try {
        Deno.env.set("OPENBLAS_NUM_THREADS", "2");
        assertEquals([await threads(1), await threads(2), await threads(3)], [1, 2, 2]);
        Deno.env.set("OPENBLAS_NUM_THREADS", "1");
        assertEquals(await threads(2), 1);
      } finally {
        if (before === undefined) Deno.env.delete("OPENBLAS_NUM_THREADS");
        else Deno.env.set("OPENBLAS_NUM_THREADS", before);
      }
    },
  });
});

/** Number of threads of an OpenBLAS that is loaded; undefined if it is another library. */
function loadedThreads(path: string): number | undefined {
  const symbols = {
    openblas_get_num_threads: { parameters: [], result: "i32", optional: true },
  } as const;
  const library = Deno.dlopen(path, symbols);
  const threads = library.symbols.openblas_get_num_threads?.();
  library.close();
  return threads;
}
