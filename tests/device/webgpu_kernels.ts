/** Kernels small enough to see through, with the variants that the WebGPU device's tests need. */
import type { Kernel, Variant } from "../../kernels/mod.ts";

const PARAMETERS = "@group(0) @binding(0) var<uniform> parameters: Parameters;";

function variant(name: string, source: string, over: Partial<Variant> = {}): Variant {
  return {
    name,
    numerics: "plain",
    supports: () => true,
    source: () => source,
    workgroups: ({ uniforms }) => [Math.ceil(uniforms.count / 64), 1, 1],
    ...over,
  };
}

/** y[i] = a·x[i] + b. */
export const affine: Kernel = {
  name: "test.affine",
  bindings: {
    x: { type: "f32", access: "read" },
    y: { type: "f32", access: "read_write" },
  },
  uniforms: { count: "u32", a: "f32", b: "f32" },
  structural: {},
  variants: [variant(
    "plain",
    `struct Parameters { count: u32, a: f32, b: f32 }
    ${PARAMETERS}
    @group(0) @binding(1) var<storage, read> x: array<f32>;
    @group(0) @binding(2) var<storage, read_write> y: array<f32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < parameters.count) { y[id.x] = parameters.a * x[id.x] + parameters.b; }
    }`,
  )],
  lengths: ({ count }) => ({ x: count, y: count }),
  items: ({ count }) => count,
  twin({ x, y }, { a, b }, _structural, begin, end) {
    for (let i = begin; i < end; i++) y[i] = a * x[i] + b;
  },
  work: ({ count }) => ({ flops: 2 * count, bytes: 8 * count }),
  cases: () => [],
};
