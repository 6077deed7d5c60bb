// Chromium compiles WGSL with Tint, which is stricter than Deno's naga (uniform control flow around subgroup operations and barriers).
// Dawn's null backend compiles without a GPU; its npm package has 130 MB, so this test is one of the slow ones.
import { assertEquals } from "@std/assert";
import {
  type Capabilities,
  type Kernel,
  KERNELS,
  shaderOf,
  type Structural,
  type StructuralValue,
} from "../../kernels/mod.ts";

// A computed specifier is not downloaded until the test runs.
const DAWN = ["npm:webgpu", "0.6.2"].join("@");

const instances: GPU[] = [];

/** Every combination of a kernel's structural parameters. */
function combinations(kernel: Kernel): Structural[] {
  return Object.entries(kernel.structural).reduce<Record<string, StructuralValue>[]>(
    (made, [name, values]) =>
      made.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

function capabilities(subgroupSize: number, cpuAdapter: boolean): Capabilities {
  return {
    vendor: "other",
    subgroupSize,
    minSubgroupSize: subgroupSize,
    subgroupDirective: true,
    shaderF16: true,
    cpuAdapter,
    readableStorageTextures: true,
    maxTextureSide: 8192,
    maxWorkgroupStorageBytes: 32_768,
    maxInvocationsPerWorkgroup: 1024,
  };
}

Deno.test({
  name: "every kernel, variant and structural combination compiles with Tint",
  ignore: Deno.env.get("ALBERT_SLOW") !== "1",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { create } = await import(DAWN);
    // Dawn crashes without its instance, so the instance must outlive the test.
    instances.push(create(["backend=null"]));
    const adapter = await instances[0].requestAdapter();
    const device = await adapter!.requestDevice({
      requiredFeatures: ["subgroups" as GPUFeatureName, "shader-f16"],
    });
    const rejected: string[] = [];
    let compiled = 0;
    for (const kernel of KERNELS) {
      for (const variant of kernel.variants) {
        for (const structural of combinations(kernel)) {
          for (const adapterKind of [capabilities(8, true), capabilities(32, false)]) {
            const code = shaderOf(kernel, variant, structural, adapterKind);
            const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
            const error = messages.find(({ type }) => type === "error");
            compiled++;
            if (error !== undefined) {
              rejected.push(
                `${kernel.name}/${variant.name} ${JSON.stringify(structural)}: ${error.message}`,
              );
            }
          }
        }
      }
    }
    assertEquals(rejected, []);
    console.log(`${compiled} shaders compiled`);
  },
});
