/** Kernels small enough to see through, with the variants that the WebGPU device's tests need. */
import { grid, type Kernel, specialize, type Variant } from "../../../kernels/mod.ts";

const PARAMETERS = "@group(0) @binding(0) var<uniform> parameters: Parameters;";

function variant(name: string, source: string, over: Partial<Variant> = {}): Variant {
  return {
    name,
    numerics: "plain",
    supports: () => true,
    source: (structural) => specialize(source, structural),
    workgroups: ({ uniforms }) => grid(Math.ceil(uniforms.count / 64)),
    ...over,
  };
}

/** y[i] = a·x[i] + b. Its workgroups go on in a second dimension past 65,535. */
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
    @compute @workgroup_size(64) fn main(
      @builtin(workgroup_id) group: vec3u,
      @builtin(num_workgroups) groups: vec3u,
      @builtin(local_invocation_index) lane: u32,
    ) {
      let i = (group.x + group.y * groups.x) * 64u + lane;
      if (i < parameters.count) { y[i] = parameters.a * x[i] + parameters.b; }
    }`,
  )],
  lengths: ({ count }) => ({ x: count, y: count }),
  items: ({ count }) => count,
  reference({ x, y }, { a, b }, _structural, begin, end) {
    for (let i = begin; i < end; i++) y[i] = a * x[i] + b;
  },
  work: ({ count }) => ({ flops: 2 * count, bytes: 8 * count }),
  cases: () => [],
};

/** y[0] = how many elements the shader sees of x. */
export const sight: Kernel = {
  ...affine,
  name: "test.sight",
  variants: [variant(
    "plain",
    `struct Parameters { count: u32, a: f32, b: f32 }
    ${PARAMETERS}
    @group(0) @binding(1) var<storage, read> x: array<f32>;
    @group(0) @binding(2) var<storage, read_write> y: array<f32>;
    @compute @workgroup_size(1) fn main() { y[0] = f32(arrayLength(&x)) + 0.0 * parameters.a; }`,
  )],
};

/** y = x·factor, or x·factor + z where `sum`: a binding that comes and goes. */
export const optional: Kernel = {
  name: "test.optional",
  bindings: {
    x: { type: "f32", access: "read" },
    z: { type: "f32", access: "read", when: ({ sum }) => sum === true },
    y: { type: "f32", access: "read_write" },
  },
  uniforms: { count: "u32" },
  structural: { sum: [false, true], factor: [2, 3] },
  variants: [variant(
    "plain",
    `struct Parameters { count: u32 }
    override FACTOR: f32;
    ${PARAMETERS}
    @group(0) @binding(1) var<storage, read> x: array<f32>;
    //#if sum
    @group(0) @binding(2) var<storage, read> z: array<f32>;
    @group(0) @binding(3) var<storage, read_write> y: array<f32>;
    //#else
    @group(0) @binding(2) var<storage, read_write> y: array<f32>;
    //#end
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x >= parameters.count) { return; }
      var value = x[id.x] * FACTOR;
      //#if sum
      value += z[id.x];
      //#end
      y[id.x] = value;
    }`,
    { constants: ({ factor }) => ({ FACTOR: Number(factor) }) },
  )],
  lengths: ({ count }) => ({ x: count, z: count, y: count }),
  items: ({ count }) => count,
  reference() {},
  work: ({ count }) => ({ flops: count, bytes: 8 * count }),
  cases: () => [],
};

/** y[r, c] = x[r, c] of a matrix with a pitch, read as a texture or as a buffer. */
export const matrixCopy: Kernel = {
  name: "test.matrix_copy",
  bindings: {
    x: { type: "f32", access: "read" },
    y: { type: "f32", access: "read_write" },
  },
  uniforms: { rows: "u32", columns: "u32", pitch: "u32", side: "u32", block_width: "u32" },
  structural: {},
  variants: [
    variant(
      "texture",
      `struct Parameters { rows: u32, columns: u32, pitch: u32, side: u32, block_width: u32 }
      ${PARAMETERS}
      @group(0) @binding(1) var x: texture_storage_2d<rgba32float, read>;
      @group(0) @binding(2) var<storage, read_write> y: array<f32>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x >= parameters.rows * parameters.columns) { return; }
        let row = id.x / parameters.columns;
        let column = id.x % parameters.columns;
        let texel = (row / parameters.side) * parameters.block_width + column / 4u;
        y[id.x] = textureLoad(x, vec2u(texel, row % parameters.side))[column % 4u];
      }`,
      {
        supports: ({ capabilities }) => capabilities.readableStorageTextures,
        workgroups: ({ uniforms: { rows, columns } }) => grid(Math.ceil(rows * columns / 64)),
        textures: ({ uniforms: { rows, columns, pitch } }) => ({
          x: {
            format: "rgba32float",
            ...{ offset: 0, rows, pitch, padTexels: 1 },
            columns: Math.ceil(columns / 4) * 4,
          },
        }),
      },
    ),
    variant(
      "buffer",
      `struct Parameters { rows: u32, columns: u32, pitch: u32, side: u32, block_width: u32 }
      ${PARAMETERS}
      @group(0) @binding(1) var<storage, read> x: array<f32>;
      @group(0) @binding(2) var<storage, read_write> y: array<f32>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x >= parameters.rows * parameters.columns) { return; }
        let row = id.x / parameters.columns;
        y[id.x] = x[row * parameters.pitch + id.x % parameters.columns];
      }`,
      { workgroups: ({ uniforms: { rows, columns } }) => grid(Math.ceil(rows * columns / 64)) },
    ),
  ],
  lengths: ({ rows, columns, pitch }) => ({
    x: (rows - 1) * pitch + columns,
    y: rows * columns,
  }),
  items: ({ rows }) => rows,
  reference() {},
  work: ({ rows, columns }) => ({ flops: 0, bytes: 8 * rows * columns }),
  cases: () => [],
};

/** `affine` with another shader. */
export function affineWith(name: string, change: (source: string) => string): Kernel {
  const [plain] = affine.variants;
  return {
    ...affine,
    name,
    variants: [{
      ...plain,
      source: (structural, capabilities) => change(plain.source(structural, capabilities)),
    }],
  };
}
