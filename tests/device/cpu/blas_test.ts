import { assert, assertEquals, assertRejects } from "@std/assert";
import { type KernelCase, matmulMatmul } from "../../../kernels/mod.ts";
import { openCpuDevice, openReferenceDevice } from "../../../src/device/mod.ts";
import { DeviceError } from "../../../src/device/device.ts";
import { caseArrays, describe } from "../../kernels/support/case_arrays.ts";
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
          // A library may sum all k terms in one accumulator, as the kernels of OpenBLAS for AVX-512 do.
          const bound = some.uniforms.k < 1000
            ? 2e-6
            : Math.max(2e-6, worstDifference(oneAccumulator(some), expected[name]).error);
          assert(
            error <= bound,
            `${describe(matmulMatmul, some)}: ${name} differs by ${error}, more than ${bound}`,
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

/** The product with the terms of an element added one after another in single precision, as by fused multiply-add. */
function oneAccumulator(some: KernelCase): Float32Array {
  const { m, n, k, lda, ldb, ldc, alpha } = some.uniforms;
  const { transpose_a: transposed, ...others } = some.structural;
  assert(Object.values(others).every((value) => value === false || value === "none"));
  assertEquals(alpha, 1);
  const arrays = caseArrays(matmulMatmul, some, 1);
  const a = arrays.a as Float32Array, b = arrays.b as Float32Array;
  const c = (arrays.c as Float32Array).slice();
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      let sum = 0;
      for (let i = 0; i < k; i++) {
        // The product of two singles is exact in double precision.
        sum = Math.fround(
          sum + a[transposed ? i * lda + row : row * lda + i] * b[i * ldb + column],
        );
      }
      c[row * ldc + column] = sum;
    }
  }
  return c;
}

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
