/**
 * Rounding matrices to half precision (f16), for the operands of `matmul.half`.
 *
 * @module
 */
import { combinations } from "../cases.ts";
import {
  grid,
  type Kernel,
  type KernelCase,
  READ,
  READ_F32,
  type Variant,
  when,
  WRITE_U32,
} from "../kernel.ts";
import { specialize } from "../wgsl.ts";
import { pack } from "./pack.wgsl.ts";
import * as reference from "./reference.ts";

const WORKGROUP = 64;

function packVariant(vector: boolean): Variant {
  return {
    name: vector ? "vector" : "scalar",
    numerics: "exact order",
    supports: ({ uniforms: { columns, pitch } }) => !vector || columns % 4 === 0 && pitch % 4 === 0,
    unit: vector ? "vec4f" : "f32",
    workgroupSize: WORKGROUP,
    body: (structural) => specialize(pack, { ...structural, vector }),
    workgroups: ({ uniforms: { rows, columns } }) =>
      grid(Math.ceil(rows * Math.ceil(columns / 4) / WORKGROUP)),
  };
}

function packCases(): KernelCase[] {
  const sizes = [
    ...[[1, 1, 1, 4], [3, 8, 8, 8], [5, 7, 9, 8], [4, 12, 64, 128], [0, 5, 5, 8], [3, 0, 4, 4]],
    ...[[70, 33, 36, 36], [3, 130, 130, 256]],
  ];
  const random = combinations({ scaled: [false, true] }).flatMap((structural) =>
    sizes.map(([rows, columns, pitch, packed_pitch]) => ({
      structural,
      uniforms: { rows, columns, pitch, packed_pitch },
      fill: { scale: () => [1024] },
    }))
  );
  // Around every border: ties, the smallest normal and subnormal numbers, the largest number, overflow.
  const borders = [
    ...[0, -0, 1, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -23, 2049, 2051],
    ...[65504, 65519.99, 65520, -65520, 1e9, 3e38, 2 ** -14, 2 ** -14 - 2 ** -25, 2 ** -15],
    ...[2 ** -24, 1.5 * 2 ** -24, 2.5 * 2 ** -24, 2 ** -25, 1.0001 * 2 ** -25, -(2 ** -26), 1e-40],
  ];
  return [...random, {
    structural: { scaled: false },
    uniforms: {
      rows: 1,
      columns: borders.length,
      pitch: borders.length,
      packed_pitch: 4 * Math.ceil(borders.length / 4),
    },
    fill: { x: () => borders },
  }];
}

/**
 * `y = scale[0]·x`, or `x`, rounded to half precision (f16). Rows have `columns` numbers, `pitch` apart in `x`; in `y` they are packed two to
 * a word, `packed_pitch` apart, a multiple of four. Each row is padded with zeros to a multiple of four; what lies between that and the
 * next row is unchanged. Overflow becomes infinity.
 */
export const halfPack: Kernel = {
  name: "half.pack",
  bindings: { x: READ, scale: when("scaled", READ_F32), y: { ...WRITE_U32, element: "vec2<u32>" } },
  uniforms: { rows: "u32", columns: "u32", pitch: "u32", packed_pitch: "u32" },
  structural: { scaled: [false, true] },
  variants: [packVariant(true), packVariant(false)],
  lengths: ({ rows, columns, pitch, packed_pitch }) => ({
    x: rows === 0 || columns === 0 ? 0 : (rows - 1) * pitch + columns,
    scale: 1,
    y: rows * packed_pitch / 2,
  }),
  items: ({ rows, columns }) => rows * Math.ceil(columns / 4),
  reference: reference.pack,
  work: ({ rows, columns }) => ({ flops: rows * columns, bytes: 6 * rows * columns }),
  cases: packCases,
};
