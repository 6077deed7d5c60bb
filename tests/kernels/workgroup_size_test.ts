import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Capabilities, KERNELS, shaderOf, workgroupInvocations } from "../../kernels/mod.ts";

const shader = (size: string, declarations = "") =>
  `${declarations}\n@compute @workgroup_size(${size})\nfn main() {}`;

Deno.test("workgroupInvocations() multiplies the sizes of all dimensions", () => {
  assertEquals(workgroupInvocations(shader("64")), 64);
  assertEquals(workgroupInvocations(shader("16u, 8, 2,")), 256);
  const constants = "const A: u32 = 16u;\nconst B = A / 4 + (A - 8u) * 2;\noverride C: u32 = B;";
  assertEquals(workgroupInvocations(shader("A, B", constants)), 320);
  assertEquals(workgroupInvocations(shader("C", constants)), 20);
  assertEquals(workgroupInvocations(shader("C", constants), { C: 7 }), 7);
  assertEquals(workgroupInvocations(shader("D", "override D: u32;"), { D: 32 }), 32);
});

Deno.test("workgroupInvocations() rejects sizes that it cannot compute", () => {
  assertThrows(() => workgroupInvocations("fn main() {}"), SyntaxError, "no @workgroup_size");
  assertThrows(
    () => workgroupInvocations(shader("D", "override D: u32;")),
    SyntaxError,
    "Unknown constant D",
  );
  assertThrows(() => workgroupInvocations(shader("64 *")), SyntaxError, "Cannot compute");
});

Deno.test("workgroupInvocations() computes the size of every variant", () => {
  const capabilities: Capabilities = {
    vendor: "other",
    subgroupSize: 32,
    minSubgroupSize: 32,
    subgroupDirective: false,
    shaderF16: true,
    cpuAdapter: false,
    readableStorageTextures: true,
    maxTextureSide: 8192,
    maxWorkgroupStorageBytes: 65_536,
    maxInvocationsPerWorkgroup: 1024,
  };
  for (const kernel of KERNELS) {
    const structural = Object.fromEntries(
      Object.entries(kernel.structural).map(([name, values]) => [name, values[0]]),
    );
    for (const variant of kernel.variants) {
      const code = shaderOf(kernel, variant, structural, capabilities);
      const size = workgroupInvocations(code, variant.constants?.(structural, capabilities));
      assert(Number.isInteger(size) && size >= 1 && size <= 1024, `${kernel.name}/${variant.name}`);
    }
  }
});
