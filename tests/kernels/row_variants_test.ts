/** Which adapters reduce rows with subgroup functions. */
import { assertEquals } from "@std/assert";
import { type Capabilities, layerNormForward } from "../../kernels/mod.ts";
import { defaultVariant } from "../../src/device/mod.ts";

const GPU: Capabilities = {
  vendor: "other",
  subgroupSize: null,
  minSubgroupSize: null,
  subgroupDirective: false,
  shaderF16: false,
  cpuAdapter: false,
  readableStorageTextures: false,
  maxTextureSide: 8192,
  maxWorkgroupStorageBytes: 16_384,
  maxInvocationsPerWorkgroup: 256,
};

function chosen(capabilities: Partial<Capabilities>, columns: number): string | undefined {
  const structural = { residual: false, dropout: false };
  const uniforms = { rows: 8, columns };
  return defaultVariant(layerNormForward, {
    structural,
    uniforms,
    capabilities: { ...GPU, ...capabilities },
  })?.name;
}

Deno.test("one subgroup of a known size computes a short row, several a long one", () => {
  const nvidia = { subgroupSize: 32, minSubgroupSize: 32 };
  assertEquals(chosen(nvidia, 768), "subgroup vector");
  assertEquals(chosen(nvidia, 767), "subgroup scalar");
  assertEquals(chosen(nvidia, 4096), "subgroups vector");
});

Deno.test("several subgroups compute a row if their size varies", () => {
  assertEquals(chosen({ minSubgroupSize: 8 }, 768), "subgroups vector");
  assertEquals(chosen({ minSubgroupSize: 4 }, 767), "subgroups scalar");
});

Deno.test("without subgroups, or with tiny ones, rows are reduced in workgroup memory", () => {
  assertEquals(chosen({}, 768), "workgroup vector");
  assertEquals(chosen({ minSubgroupSize: 2 }, 768), "workgroup vector");
});

Deno.test("software adapters reduce every row with one subgroup", () => {
  const llvmpipe = { subgroupSize: 8, minSubgroupSize: 8, cpuAdapter: true };
  assertEquals(chosen(llvmpipe, 768), "subgroup vector");
  assertEquals(chosen(llvmpipe, 8192), "subgroup vector");
});
