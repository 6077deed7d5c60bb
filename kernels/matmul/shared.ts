/**
 * Variants for graphics cards: tiles in workgroup memory (see shared.wgsl).
 *
 * @module
 */
import { grid, type Structural, type Variant, type VariantContext } from "../kernel.ts";
import { rowsAlign, storedA, storedB, storedC } from "./layout.ts";
import { range, RegisterTile } from "./register_tile.ts";
import templateText from "./shared.wgsl" with { type: "text" };
import { fillTemplate, productSource } from "./source.ts";

const ACROSS = 16;
const DOWN = 16;

/** Loops end silently at 65,535 iterations on some CPU adapters. */
const MOST_ITERATIONS_ON_CPU = 60_000;

/** Choices that do not change what is computed. */
export interface SharedTile {
  readonly name: string;
  /** Rows of C an invocation: 4 or 8. */
  readonly rows: number;
  /** Groups of four columns of C an invocation. */
  readonly vectors: number;
  /** Whether operands and C are read and written by fours, for which every row must be aligned to four elements. */
  readonly vector: boolean;
  /** Sizes for which this tile is likely the best; all where absent. */
  readonly meantFor?: (m: number, n: number) => boolean;
}

/** Makes the variant of one tile. */
export function sharedVariant(tile: SharedTile): Variant {
  const tileRows = DOWN * tile.rows;
  const tileColumns = 4 * ACROSS * tile.vectors;
  if (tileRows !== tileColumns) {
    throw new RangeError(`Tile ${tile.name} is ${tileRows} x ${tileColumns}: it must be square`);
  }
  /** Each of the 256 invocations brings one group of four a stage. */
  const depth = 4 * ACROSS * DOWN / tileRows;
  const memory = 2 * 16 * tileRows * (depth / 4 + 1);

  return {
    name: tile.name,
    numerics: "k_sequential",
    tuning: { invocation_rows: tile.rows, invocation_vectors: tile.vectors },

    prefers: ({ uniforms: { m, n } }: VariantContext) => tile.meantFor?.(m, n) ?? true,

    supports({ uniforms, structural, capabilities }: VariantContext): boolean {
      const { k } = uniforms;
      if (capabilities.maxWorkgroupStorageBytes < memory) return false;
      if (capabilities.maxInvocationsPerWorkgroup < ACROSS * DOWN) return false;
      if (capabilities.cpuAdapter && k / 4 + k / depth > MOST_ITERATIONS_ON_CPU) return false;
      if (!tile.vector) return true;
      return [storedA(uniforms, structural), storedB(uniforms, structural), storedC(uniforms)]
        .every((matrix) => matrix.columns % 4 === 0 && rowsAlign(matrix));
    },

    workgroups: ({ uniforms: { m, n, batch } }: VariantContext) =>
      grid(Math.ceil(m / tileRows) * Math.ceil(n / tileColumns) * batch),

    source: (structural: Structural) => sharedSource(tile, structural, depth),
  };
}

function sharedSource(tile: SharedTile, structural: Structural, depth: number): string {
  const { rows, vectors, vector } = tile;
  const registers = new RegisterTile(rows, vectors, structural);
  const foursOfRows = rows / 4;
  const loadsOfA = range(rows).map((g) => {
    const place = structural.transpose_a
      ? `(4 * step + ${Math.floor(g / foursOfRows)}) * PITCH_A + place.y * (ROWS / 4) + ${
        g % foursOfRows
      }`
      : `(place.y * ROWS + ${g}) * PITCH_A + step`;
    return `let a_${g} = tile_a[${place}];`;
  });
  const loadsOfB = registers.loadsOfB((i, v) =>
    structural.transpose_b
      ? `tile_b[(4 * (place.x + ${v} * ACROSS) + ${i}) * PITCH_B + step]`
      : `tile_b[(4 * step + ${i}) * PITCH_B + place.x + ${v} * ACROSS]`
  );
  return productSource(structural, vector ? "vector" : "scalar") +
    fillTemplate(templateText, { ...structural, vector }, { rows, vectors, depth }, {
      sums: registers.sums(),
      loads: [...loadsOfA, ...loadsOfB],
      products: registers.products((number, component) => `a_${number}${component}`),
      firsts: registers.vectors.map((v) => `let first_${v} = column + ${4 * v} * ACROSS;`),
      stores: registers.stores(vector),
    });
}
