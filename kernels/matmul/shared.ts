/**
 * Variants for GPUs: tiles in workgroup memory (see shared.wgsl.ts).
 *
 * @module
 */
import { grid, MOST_TURNS, type Structural, type Variant, type VariantContext } from "../kernel.ts";
import { fillTemplate, range } from "../wgsl.ts";
import { rowsAlign, storedA, storedB, storedC } from "./layout.ts";
import { epilogueOf } from "./matmul.wgsl.ts";
import { RegisterTile } from "./register_tile.ts";
import { shared } from "./shared.wgsl.ts";

const ACROSS = 16;
const DOWN = 16;

/** Choices that do not change the result. */
export interface SharedTile {
  readonly name: string;
  /** Rows of C per invocation: 4 or 8. */
  readonly rows: number;
  /** Groups of four columns of C per invocation. */
  readonly vectors: number;
  /** Whether operands and C are read and written in fours, which requires that every row is aligned to four elements. */
  readonly vector: boolean;
  /** Operands in half precision, which workgroup memory stores as float32 (`packed`) or as f16 (`half tile`); float32 if absent. */
  readonly operands?: "packed" | "half tile";
  /** Whether the next stage's elements are loaded before the products of this one: they wait in registers instead of before a barrier. */
  readonly ahead?: boolean;
  /** Whether it adds up parts of k, for `matmul.parts` and `matmul.half_parts`. */
  readonly parts?: boolean;
  /** Sizes for which this tile is likely the fastest; all if absent. */
  readonly meantFor?: (m: number, n: number) => boolean;
}

/** 128 x 128 of C per workgroup, 8 x 8 per invocation. */
export const LARGE_TILE: Omit<SharedTile, "name"> = {
  rows: 8,
  vectors: 2,
  vector: true,
  meantFor: (m, n) => m > 64 && n > 64,
};

/** Makes the variant of one tile. */
export function sharedVariant(tile: SharedTile): Variant {
  const tileRows = DOWN * tile.rows;
  const tileColumns = 4 * ACROSS * tile.vectors;
  if (tileRows !== tileColumns) {
    throw new RangeError(`Tile ${tile.name} must be square, got ${tileRows} x ${tileColumns}`);
  }
  /** Each of the 256 invocations loads one group of four per stage. */
  const depth = 4 * ACROSS * DOWN / tileRows;
  // Four columns more than the tile has keep the columns of a transposed B apart.
  const memory = groupBytes(tile) * (2 * tileRows + 4) * (depth / 4 + 1);

  return {
    name: tile.name,
    numerics: tile.parts ? "k_parts" : "k_sequential",
    tuning: {
      invocation_rows: tile.rows,
      invocation_vectors: tile.vectors,
      stages_ahead: Number(tile.ahead ?? false),
    },

    prefers: ({ uniforms: { m, n } }: VariantContext) => tile.meantFor?.(m, n) ?? true,

    supports({ uniforms, structural, capabilities }: VariantContext): boolean {
      const { n, k, part_length = k, ldc = n } = uniforms;
      if (capabilities.maxWorkgroupStorageBytes < memory) return false;
      if (capabilities.maxInvocationsPerWorkgroup < ACROSS * DOWN) return false;
      const length = Math.min(k, part_length);
      if (capabilities.cpuAdapter && length / 4 + length / depth > MOST_TURNS) return false;
      if (tile.operands === "half tile" && !capabilities.shaderF16) return false;
      if (!tile.vector) return true;
      // Rows of packed operands are padded to multiples of four.
      const operands = tile.operands === undefined
        ? [storedA(uniforms, structural), storedB(uniforms, structural)]
        : [];
      return [...operands, storedC({ ...uniforms, ldc })]
        .every((matrix) => matrix.columns % 4 === 0 && rowsAlign(matrix));
    },

    workgroups: ({ uniforms: { m, n, parts = 1 } }: VariantContext) =>
      grid(parts * Math.ceil(m / tileRows) * Math.ceil(n / tileColumns)),

    unit: "Value",
    elements: tile.operands === undefined ? {} : { a: "vec2<u32>", b: "vec2<u32>" },
    workgroupSize: "ACROSS, DOWN",
    body: (structural: Structural) => bodyOf(tile, structural, depth),
  };
}

/** Bytes of four elements in workgroup memory. */
function groupBytes({ operands }: SharedTile): number {
  return operands === "half tile" ? 8 : 16;
}

/** The structural parameters of a matmul that adds up parts of k: it has no epilogue. */
const PARTS: Structural = { bias: false, accumulate: false, activation: "none", parts: true };

function bodyOf(tile: SharedTile, own: Structural, depth: number): string {
  const { rows, vectors, vector, operands, ahead = false } = tile;
  const structural: Structural = tile.parts ? { ...own, ...PARTS } : { parts: false, ...own };
  const half = operands === "half tile";
  /** Sums are float32 in every variant. */
  const toFloat32 = (group: string) => half ? `vec4f(${group})` : group;
  const registers = new RegisterTile(rows, vectors, structural);
  const foursOfRows = rows / 4;
  const loadsOfA = range(rows).map((g) => {
    const place = structural.transpose_a
      ? `(4 * step + ${Math.floor(g / foursOfRows)}) * PITCH_A + place.y * (ROWS / 4) + ${
        g % foursOfRows
      }`
      : `(place.y * ROWS + ${g}) * PITCH_A + step`;
    return `let a_${g} = ${toFloat32(`tile_a[${place}]`)};`;
  });
  const loadsOfB = registers.loadsOfB((i, v) =>
    toFloat32(
      structural.transpose_b
        ? `tile_b[(${i} * COLUMN_FOURS + place.x + ${v} * ACROSS) * PITCH_B + step]`
        : `tile_b[(4 * step + ${i}) * PITCH_B + place.x + ${v} * ACROSS]`,
    )
  );
  const rowAdditions = structural.transpose_a
    ? range(depth).map((i) => `row_sum += ${toFloat32(`tile_a[${i} * PITCH_A + local]`)};`)
    : range(depth).map((i) => `row_sum += f32(tile_a[local * PITCH_A + ${i >> 2}][${i % 4}]);`);
  const packed = operands !== undefined;
  const values = { rows, vectors, depth, group: half ? "vec4<f16>" : "vec4f" };
  return epilogueOf(structural, vector) +
    fillTemplate(shared, { ...structural, vector, packed, ahead }, values, {
      sums: registers.sums(),
      loads: [...loadsOfA, ...loadsOfB],
      row_additions: rowAdditions,
      products: registers.products((number, component) => `a_${number}${component}`),
      firsts: registers.vectors.map((v) => `let first_${v} = column + ${4 * v} * ACROSS;`),
      stores: registers.stores(vector),
    });
}
