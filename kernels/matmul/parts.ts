/**
 * Matrix multiplications with long sums and few results, in two steps: `matmul.parts`, or `matmul.half_parts`, adds up parts of k in many
 * workgroups, and `matmul.add_parts` adds the parts in order. Only GPUs need this. The results are a separate numerics class, so whether
 * sums are divided depends on the sizes and the device alone, never on measurements: see {@linkcode partsOf}.
 *
 * @module
 */
import { activationArrays, MATMUL_ACTIVATIONS } from "../activation/activation.ts";
import { float16View } from "../half/reference.ts";
import {
  grid,
  type Kernel,
  type NumberArray,
  READ,
  READ_F16,
  READ_F32,
  type Reference,
  type Variant,
  when,
  WRITE,
  WRITE_F32,
} from "../kernel.ts";
import { specialize } from "../wgsl.ts";
import { addPartsCases, matmulPartsCases } from "./cases.ts";
import { halfPartsCases } from "./half_cases.ts";
import { matmulHalf } from "./half.ts";
import { matmulMatmul } from "./kernel.ts";
import { extent, storedA, storedB, storedC } from "./layout.ts";
import { epilogueOf } from "./matmul.wgsl.ts";
import { addParts } from "./parts.wgsl.ts";
import { finishRow, matmulReference } from "./reference.ts";
import { sharedVariant, SMALL_TILE, TALL_TILE } from "./shared.ts";

/** Rows and columns of the tiles that are counted, whatever tile a variant has. */
const TILE = 64;
/** Least length of a part. Shorter ones cost more memory traffic than they gain. */
const LEAST_LENGTH = 256;
/** A part is a multiple of the depth of every tile. */
const LENGTH_UNIT = 32;

/** How the sums of a matrix multiplication are divided. */
export interface Parts {
  /** Number of parts; 1 if the sums are not divided. */
  readonly parts: number;
  /** Number of k in each part but the last. */
  readonly part_length: number;
}

/**
 * Divides the sums of a matrix multiplication that has fewer than half of the workgroups that fill a device.
 *
 * @param fillingWorkgroups workgroups of {@linkcode TILE} × {@linkcode TILE} results that keep the device busy; 0 never divides
 */
export function partsOf(
  { m, n, k }: { readonly m: number; readonly n: number; readonly k: number },
  fillingWorkgroups: number,
): Parts {
  const tiles = Math.ceil(m / TILE) * Math.ceil(n / TILE);
  const wanted = Math.min(Math.floor(fillingWorkgroups / tiles), Math.floor(k / LEAST_LENGTH));
  if (tiles === 0 || wanted < 2) return { parts: 1, part_length: k };
  const part_length = Math.ceil(k / wanted / LENGTH_UNIT) * LENGTH_UNIT;
  return { parts: Math.ceil(k / part_length), part_length };
}

const UNIFORMS = {
  m: "u32",
  n: "u32",
  k: "u32",
  lda: "u32",
  ldb: "u32",
  parts: "u32",
  part_length: "u32",
} as const;

const STRUCTURAL = {
  transpose_a: [false, true],
  transpose_b: [false, true],
  row_sums: [false, true],
} as const;

const PLAIN = { bias: false, accumulate: false, activation: "none" } as const;

/** One matrix multiplication for each part of k, each item a row of one part. */
function partsReference(toNumbers: (array: never) => NumberArray | Float16Array): Reference {
  return ({ a, b, products, row_sums }, uniforms, structural, begin, end) => {
    const { m, n, k, lda, ldb, part_length } = uniforms;
    const [numbersOfA, numbersOfB] = [toNumbers(a as never), toNumbers(b as never)];
    for (let item = begin; item < end; item++) {
      const [part, row] = [Math.floor(item / m), item % m];
      const first = part * part_length;
      const length = Math.max(Math.min(part_length, k - first), 0);
      const sums = row_sums?.subarray(part * m, (part + 1) * m);
      if (structural.row_sums) sums[row] = 0;
      matmulReference(
        {
          a: numbersOfA.subarray(first * (structural.transpose_a ? lda : 1)),
          b: numbersOfB.subarray(first * (structural.transpose_b ? 1 : ldb)),
          c: products.subarray(part * m * n),
          row_sums: sums,
        },
        { ...uniforms, k: length, ldc: n, alpha: 1 },
        { ...structural, ...PLAIN },
        row,
        row + 1,
      );
    }
  };
}

const TILES = [
  { ...TALL_TILE, parts: true },
  { ...SMALL_TILE, parts: true },
  { ...SMALL_TILE, vector: false, parts: true },
] as const;

/** `matmul.parts`: `products[p] = op(A)·op(B)` over part `p` of k, `[parts, m, n]`, and the sums of the rows of op(A), `[parts, m]`. */
export const matmulParts: Kernel = {
  name: "matmul.parts",
  bindings: { a: READ, b: READ, products: WRITE, row_sums: when("row_sums", WRITE_F32) },
  uniforms: UNIFORMS,
  structural: STRUCTURAL,
  variants: [
    sharedVariant({ name: "shared_tile_tall", ...TILES[0] }),
    sharedVariant({ name: "shared_tile", ...TILES[1] }),
    sharedVariant({ name: "shared_tile_ragged", ...TILES[2] }),
  ],
  sizes: matmulMatmul.sizes,
  lengths: (uniforms, structural) => ({
    a: extent(storedA(uniforms, structural)),
    b: extent(storedB(uniforms, structural)),
    products: uniforms.parts * uniforms.m * uniforms.n,
    row_sums: uniforms.parts * uniforms.m,
  }),
  items: ({ m, parts }) => m * parts,
  reference: partsReference((array: NumberArray) => array),
  work: (uniforms, structural) => {
    const { flops, bytes } = matmulMatmul.work(uniforms, { ...structural, ...PLAIN });
    return { flops, bytes: bytes + 4 * (uniforms.parts - 1) * uniforms.m * uniforms.n };
  },
  cases: matmulPartsCases,
};

/** `matmul.half_parts`: the same with operands in half precision, as in `matmul.half`. */
export const matmulHalfParts: Kernel = {
  ...matmulParts,
  name: "matmul.half_parts",
  bindings: { ...matmulParts.bindings, a: READ_F16, b: READ_F16 },
  variants: [
    sharedVariant({ name: "packed_tall", ...TILES[0], operands: "packed" }),
    sharedVariant({ name: "packed", ...TILES[1], operands: "packed" }),
    sharedVariant({ name: "packed_ragged", ...TILES[2], operands: "packed" }),
  ],
  lengths(uniforms, structural) {
    const { a, b } = matmulHalf.lengths({ ...uniforms, ldc: uniforms.n }, structural);
    return { ...matmulParts.lengths(uniforms, structural), a, b };
  },
  reference: partsReference((words: Uint32Array) => float16View(words)),
  work(uniforms, structural) {
    const { m, n, k } = uniforms;
    const { flops, bytes } = matmulParts.work(uniforms, structural);
    return { flops, bytes: bytes - 2 * (m * k + k * n) };
  },
  cases: halfPartsCases,
};

const WORKGROUP = 64;

/** An invocation computes one element of C, or four neighbors if `vector`; one more per row adds the sums of the rows. */
function addPartsVariant(vector: boolean): Variant {
  const width = vector ? 4 : 1;
  return {
    name: vector ? "vector" : "scalar",
    numerics: "exact order",
    supports: ({ uniforms: { n, ldc } }) => n % width === 0 && ldc % width === 0,
    unit: "Value",
    workgroupSize: WORKGROUP,
    body: (structural) => epilogueOf(structural, vector) + specialize(addParts, structural),
    workgroups: ({ uniforms: { m, n } }) => grid(Math.ceil(m * (n / width + 1) / WORKGROUP)),
  };
}

const addPartsReference: Reference = (arrays, uniforms, structural, begin, end) => {
  const { m, n, parts, alpha } = uniforms;
  const { products, sums, row_sums } = arrays;
  const scaled = structural.unscale ? { ...uniforms, alpha: alpha / arrays.scale[0] } : uniforms;
  const row = new Float64Array(n);
  for (let i = begin; i < end; i++) {
    row.fill(0);
    let sum = 0;
    for (let part = 0; part < parts; part++) {
      const start = (part * m + i) * n;
      for (let j = 0; j < n; j++) row[j] += products[start + j];
      if (structural.row_sums) sum += sums[part * m + i];
    }
    if (structural.row_sums) row_sums[i] += scaled.alpha * sum;
    finishRow(row, i, arrays, scaled, structural);
  }
};

/**
 * `matmul.add_parts`: `C = act(alpha·Σ products + bias)`, or `C += …`, over the parts of {@linkcode matmulParts} in order, and likewise the
 * sums of rows. `unscale` as in `matmul.half`.
 */
export const matmulAddParts: Kernel = {
  name: "matmul.add_parts",
  bindings: {
    products: READ,
    sums: when("row_sums", READ_F32),
    bias: when("bias", READ),
    c: WRITE,
    preactivation: matmulMatmul.bindings.preactivation,
    row_sums: when("row_sums", WRITE_F32),
    scale: when("unscale", READ_F32),
  },
  uniforms: { m: "u32", n: "u32", ldc: "u32", parts: "u32", alpha: "f32" },
  structural: {
    bias: [false, true],
    accumulate: [false, true],
    activation: MATMUL_ACTIVATIONS,
    row_sums: [false, true],
    unscale: [false, true],
  },
  variants: [addPartsVariant(true), addPartsVariant(false)],
  lengths: (uniforms) => {
    const written = extent(storedC(uniforms));
    return {
      products: uniforms.parts * uniforms.m * uniforms.n,
      sums: uniforms.parts * uniforms.m,
      bias: uniforms.n,
      c: written,
      preactivation: written,
      row_sums: uniforms.m,
      scale: 1,
    };
  },
  items: ({ m }) => m,
  reference: addPartsReference,
  work({ m, n, parts }, { accumulate, activation }) {
    const results = (accumulate ? 2 : 1) + activationArrays(activation);
    return { flops: parts * m * n, bytes: 4 * (parts + results) * m * n };
  },
  cases: addPartsCases,
};
