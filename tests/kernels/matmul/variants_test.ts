/** Properties of the matmul variants that the registry test does not cover: padding, texts, limits. */
import { assert, assertEquals } from "@std/assert";
import {
  type Capabilities,
  type KernelCase,
  matmulHalf,
  matmulMatmul,
  shaderOf,
  type Structural,
  type Vendor,
} from "../../../kernels/mod.ts";
import { defaultVariant } from "../../../src/device/mod.ts";
import { caseArrays } from "../support/case_arrays.ts";
import { openVariantRunner } from "../support/run_variants.ts";

const CPU_ADAPTER: Capabilities = {
  vendor: "other",
  subgroupSize: 8,
  minSubgroupSize: 8,
  subgroupDirective: false,
  shaderF16: false,
  cpuAdapter: true,
  readableStorageTextures: true,
  maxTextureSide: 16_384,
  maxWorkgroupStorageBytes: 32_768,
  maxInvocationsPerWorkgroup: 1024,
};
const GPU: Capabilities = {
  ...CPU_ADAPTER,
  subgroupSize: 32,
  cpuAdapter: false,
  maxWorkgroupStorageBytes: 16_384,
  maxInvocationsPerWorkgroup: 256,
};

const structural: Structural = {
  transpose_a: false,
  transpose_b: true,
  bias: false,
  accumulate: false,
  activation: "none",
  row_sums: false,
};
const uniforms = {
  m: 40,
  n: 40,
  k: 40,
  lda: 64,
  ldb: 64,
  ldc: 64,
  alpha: 1,
};

/** The variant that a device selects by default. */
function chosen(
  capabilities: Capabilities,
  sizes: Record<string, number>,
  kernel = matmulMatmul,
): string | undefined {
  const context = { structural, uniforms: { ...uniforms, ...sizes }, capabilities };
  return defaultVariant(kernel, context)?.name;
}

const runner = await openVariantRunner();

/** Runs every variant with NaN in the padding of the rows of A and B, and a marker in that of C. */
async function runAmongNaN(some: KernelCase): Promise<string[]> {
  const arrays = caseArrays(matmulMatmul, some, 3);
  const { m, n, k } = some.uniforms;
  const { transpose_a, transpose_b } = some.structural;
  const spoil = (array: Float32Array | Uint32Array, columns: number, value: number) => {
    for (let i = 0; i < array.length; i++) if (i % 64 >= columns) array[i] = value;
  };
  spoil(arrays.a, transpose_a ? m : k, NaN);
  spoil(arrays.b, transpose_b ? k : n, NaN);
  spoil(arrays.c, n, 12_345);
  const variants = runner!.supported(matmulMatmul, some);
  for (const variant of variants) {
    const { c } = await runner!.run(matmulMatmul, variant, some, arrays);
    c.forEach((value, i) => {
      if (i % 64 < n) assert(Number.isFinite(value), `${variant.name}: c[${i}] is ${value}`);
      else assertEquals(value, 12_345, `${variant.name} wrote to the padding of C, at ${i}`);
    });
  }
  return variants.map(({ name }) => name);
}

for (const transpose_a of [false, true]) {
  for (const transpose_b of [false, true]) {
    Deno.test({
      name: `no variant reads or writes padding: ${transpose_a ? "T" : "N"}${
        transpose_b ? "T" : "N"
      }`,
      ignore: runner === null,
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        const transposed = { ...structural, transpose_a, transpose_b };
        const even = await runAmongNaN({
          structural: transposed,
          uniforms: { ...uniforms, m: 12, n: 20, k: 36 },
        });
        const odd = await runAmongNaN({
          structural: transposed,
          uniforms: { ...uniforms, m: 11, n: 21, k: 33 },
        });
        assert(even.length > odd.length && odd.length > 1);
      },
    });
  }
}

Deno.test("shaders are complete: nothing of the template is left", () => {
  for (const variant of matmulMatmul.variants) {
    for (const activation of ["none", "gelu"]) {
      for (const bias of [false, true]) {
        const source = shaderOf(
          matmulMatmul,
          variant,
          { ...structural, activation, bias },
          CPU_ADAPTER,
        );
        assert(!/\/\/#|\/\*|undefined|NaN/.test(source.replace(/\/\/(?!#).*/g, "")), variant.name);
        assert(source.includes("fn main("), variant.name);
        assertEquals(source.includes("bias: array"), bias, variant.name);
      }
    }
  }
});

Deno.test("in browsers, shaders with subgroup operations start with the directive", () => {
  const browser = { ...CPU_ADAPTER, subgroupDirective: true };
  for (const variant of matmulMatmul.variants) {
    const source = shaderOf(matmulMatmul, variant, structural, browser);
    assertEquals(source.startsWith("enable subgroups;"), source.includes("subgroupBroadcast"));
  }
});

Deno.test("each adapter and size gets the variant that is intended for it", () => {
  assertEquals(chosen(CPU_ADAPTER, {}), "texture_subgroup");
  assertEquals(chosen(CPU_ADAPTER, { m: 16 }), "texture_subgroup_short");
  assertEquals(chosen(CPU_ADAPTER, { n: 32 }), "texture_subgroup_narrow");
  assertEquals(
    chosen(CPU_ADAPTER, { k: 2048, lda: 2048, ldb: 2048 }),
    "texture_subgroup_narrow",
  );
  assertEquals(chosen(CPU_ADAPTER, { k: 39 }), "texture_subgroup_ragged");
  assertEquals(chosen({ ...CPU_ADAPTER, subgroupSize: null }, {}), "texture_tile");
  assertEquals(chosen(GPU, {}), "shared_tile");
  assertEquals(chosen(GPU, { k: 48 }), "shared_tile_tall");
  assertEquals(chosen(GPU, { n: 39 }), "shared_tile_ragged");
  assertEquals(chosen({ ...GPU, maxInvocationsPerWorkgroup: 128 }, {}), "simple");
  assertEquals(chosen({ ...GPU, maxWorkgroupStorageBytes: 8192 }, { k: 48 }), "simple");
});

Deno.test("GPUs get the largest tile that fills them and fits their registers", () => {
  const choice = (vendor: Vendor, tiles: number, kernel = matmulMatmul, memory = 32_768) =>
    chosen(
      { ...GPU, vendor, shaderF16: true, maxWorkgroupStorageBytes: memory },
      { m: 128 * tiles, n: 2048, k: 48, ldc: 2048 },
      kernel,
    );
  for (const vendor of ["nvidia", "amd", "other"] as const) {
    assertEquals(choice(vendor, 17), "shared_tile_tall");
    assertEquals(choice(vendor, 18), "shared_tile_large");
  }
  assertEquals(choice("apple", 18), "shared_tile_tall");
  assertEquals(choice("nvidia", 4), "shared_tile_narrow");
  assertEquals(choice("nvidia", 4, matmulHalf), "packed_narrow");
  assertEquals(choice("amd", 4), "shared_tile_tall");
  for (const vendor of ["intel", "arm", "qualcomm"] as const) {
    assertEquals(choice(vendor, 18), "shared_tile");
  }
  // Workgroup memory for a large tile is more than WebGPU guarantees.
  assertEquals(choice("nvidia", 18, matmulMatmul, 16_384), "shared_tile_tall");
  assertEquals(choice("amd", 18, matmulHalf), "half_tile_large");
  assertEquals(choice("nvidia", 18, matmulHalf), "packed_large");
  assertEquals(choice("intel", 18, matmulHalf), "packed");
});

Deno.test("operands whose rows are not 256 bytes apart are read from buffers", () => {
  assertEquals(chosen(CPU_ADAPTER, { lda: 68 }), "shared_tile");
  assertEquals(chosen(CPU_ADAPTER, { ldb: 66 }), "shared_tile_ragged");
});

Deno.test("half-precision operands whose rows are 256 bytes apart are read as textures", () => {
  const aligned = { lda: 128, ldb: 128 };
  assertEquals(chosen(CPU_ADAPTER, aligned, matmulHalf), "texture_subgroup");
  assertEquals(chosen(CPU_ADAPTER, {}, matmulHalf), "packed");
  assertEquals(chosen(GPU, aligned, matmulHalf), "packed");
});

Deno.test("operands that are too large for a texture are read from buffers", () => {
  const wide = 4 * 16_384;
  assertEquals(chosen(CPU_ADAPTER, { k: wide, lda: wide, ldb: wide }), "shared_tile");
  assertEquals(chosen(CPU_ADAPTER, { n: 30_000, k: 128, lda: 128, ldb: 128 }), "texture_subgroup");
});

Deno.test("no grid has more than 65,535 workgroups in a dimension", () => {
  const sizes = { ...uniforms, m: 4_000_000, n: 64, k: 8 };
  for (const variant of matmulMatmul.variants) {
    const context = { structural, uniforms: sizes, capabilities: CPU_ADAPTER };
    const [x, y, z] = variant.workgroups(context);
    assert(Math.max(x, y, z) <= 65_535 && x * y * z > 0, `${variant.name}: ${x} x ${y} x ${z}`);
  }
});

Deno.test({
  name: "the device of this file is closed",
  ignore: runner === null,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () => runner!.device.destroy(),
});
