/**
 * Shaders of three lines that show what an adapter takes, where its lists of features do not say.
 *
 * @module
 */

/** Uses a subgroup function: with the directive that browsers demand, or without it as Deno wants. */
export function subgroupProbe(directive: boolean): string {
  return `${directive ? "enable subgroups;" : ""}
    @group(0) @binding(0) var<storage, read_write> x: array<f32>;
    @compute @workgroup_size(8) fn main() { x[0] = subgroupAdd(x[0]); }`;
}

/** Reads a storage texture of each format that operands take. */
export const READABLE_TEXTURE_PROBE = `
  @group(0) @binding(0) var<storage, read_write> x: array<f32>;
  @group(0) @binding(1) var t: texture_storage_2d<rgba32float, read>;
  @group(0) @binding(2) var half: texture_storage_2d<rgba16float, read>;
  @compute @workgroup_size(8) fn main() {
    x[0] = textureLoad(t, vec2u(0u, 0u)).x + textureLoad(half, vec2u(0u, 0u)).x;
  }`;

/** Whether a whole pipeline can be made from the shader. */
export async function compiles(gpu: GPUDevice, code: string): Promise<boolean> {
  gpu.pushErrorScope("validation");
  try {
    const module = gpu.createShaderModule({ code });
    gpu.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
  } catch {
    await gpu.popErrorScope();
    return false;
  }
  return await gpu.popErrorScope() === null;
}
