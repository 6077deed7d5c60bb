/** Small kernels with the variants that the WebGPU device's tests need. */
import { grid, type Kernel, specialize, textureType, type Variant } from "../../../kernels/mod.ts";

function variant(name: string, body: string, over: Partial<Variant> = {}): Variant {
  return {
    name,
    numerics: "plain",
    supports: () => true,
    workgroupSize: 64,
    body: (structural) => specialize(body, structural),
    workgroups: ({ uniforms }) => grid(Math.ceil(uniforms.count / 64)),
    ...over,
  };
}

/** y[i] = a·x[i] + b. Its workgroups continue in a second dimension past 65,535. */
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
    `
    fn main(i: u32) {
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

/** y[0] = number of elements of x that are bound. */
export const sight: Kernel = {
  ...affine,
  name: "test.sight",
  variants: [variant(
    "plain",
    `
    fn main() {
      y[0] = f32(arrayLength(&x)) + 0.0 * parameters.a;
    }`,
    { workgroupSize: 1 },
  )],
};

/** y = x·factor, or x·factor + z where `sum`: a binding that exists only for some structural parameters. */
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
    `
    override FACTOR: f32;
    fn main(i: u32) {
      if (i >= parameters.count) { return; }
      var value = x[i] * FACTOR;
      //#if sum
      value += z[i];
      //#end
      y[i] = value;
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
      `
      fn main(i: u32) {
        if (i >= parameters.rows * parameters.columns) { return; }
        let row = i / parameters.columns;
        let column = i % parameters.columns;
        let texel = (row / parameters.side) * parameters.block_width + column / 4u;
        y[i] = textureLoad(x, vec2u(texel, row % parameters.side))[column % 4u];
      }`,
      {
        elements: { x: textureType("rgba32float") },
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
      `
      fn main(i: u32) {
        if (i >= parameters.rows * parameters.columns) { return; }
        let row = i / parameters.columns;
        y[i] = x[row * parameters.pitch + i % parameters.columns];
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
export function affineWith(name: string, change: (body: string) => string): Kernel {
  const [plain] = affine.variants;
  return {
    ...affine,
    name,
    variants: [{
      ...plain,
      body: (structural, capabilities) => change(plain.body(structural, capabilities)),
    }],
  };
}
