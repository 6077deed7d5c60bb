/**
 * Variants for adapters that run on the CPU: operands as storage textures, register tiles (see texture.wgsl.ts).
 *
 * @module
 */
import {
  type Capabilities,
  fitsTexture,
  grid,
  MOST_TURNS,
  type Structural,
  type TexelFormat,
  type Variant,
  type VariantContext,
} from "../kernel.ts";
import { textureType } from "../shader.ts";
import { fillTemplate, range } from "../wgsl.ts";
import { rowsAlign, storedA, storedB, storedC, textureOperand } from "./layout.ts";
import { epilogueOf } from "./matmul.wgsl.ts";
import { RegisterTile } from "./register_tile.ts";
import { texture } from "./texture.wgsl.ts";

/** Unused texels after each row: with a power-of-two pitch, the rows of a tile share a few cache sets (15 to 30% slower). */
const PAD_TEXELS = 4;

/** Choices that do not change the result. */
export interface TextureTile {
  readonly name: string;
  /** Rows of C per workgroup: a multiple of 4. */
  readonly rows: number;
  /** Groups of four columns that one lane owns. */
  readonly vectors: number;
  /** Whether the rows of A are broadcast within a subgroup, or loaded by every lane of a workgroup of eight. */
  readonly subgroup: boolean;
  /** Whether `k` and `n` need not be multiples of four, which costs a few percent. */
  readonly ragged: boolean;
  /** Sizes for which this tile is likely the fastest; all if absent. */
  readonly meantFor?: (sizes: { m: number; n: number; k: number }, lanes: number) => boolean;
}

/** Makes the variant of one tile, for operands in float32 or half precision. */
export function textureVariant(tile: TextureTile, format: TexelFormat): Variant {
  const lanesOf = (capabilities: Capabilities) =>
    tile.subgroup ? capabilities.subgroupSize ?? 0 : 8;

  const operands = ({ structural, uniforms }: VariantContext) => ({
    a: textureOperand(storedA(uniforms, structural), format, PAD_TEXELS),
    b: textureOperand(storedB(uniforms, structural), format, PAD_TEXELS),
  });

  return {
    name: tile.name,
    numerics: "k_sequential",
    tuning: { tile_rows: tile.rows, tile_vectors: tile.vectors },

    prefers: ({ uniforms: { m, n, k }, capabilities }: VariantContext) =>
      tile.meantFor?.({ m, n, k }, lanesOf(capabilities)) ?? true,

    supports(context: VariantContext): boolean {
      const { uniforms: { m, n, k }, capabilities } = context;
      const { cpuAdapter, readableStorageTextures, maxTextureSide } = capabilities;
      const lanes = lanesOf(capabilities);
      if (!cpuAdapter || !readableStorageTextures || lanes === 0) return false;
      if (m === 0 || n === 0 || k === 0 || k > 4 * MOST_TURNS) return false;
      const even = k % 4 === 0 && n % 4 === 0 && rowsAlign(storedC(context.uniforms));
      if (!even && !tile.ragged) return false;
      const { a, b } = operands(context);
      return a !== undefined && b !== undefined &&
        fitsTexture(a, maxTextureSide) && fitsTexture(b, maxTextureSide);
    },

    textures(context: VariantContext) {
      const { a, b } = operands(context);
      if (a === undefined || b === undefined) {
        throw new RangeError(`Variant ${tile.name} cannot read these operands as textures`);
      }
      return { a, b };
    },

    workgroups({ uniforms: { m, n }, capabilities }: VariantContext) {
      const columns = 4 * tile.vectors * lanesOf(capabilities);
      return grid(Math.ceil(m / tile.rows) * Math.ceil(n / columns));
    },

    unit: "Value",
    elements: { a: textureType(format), b: textureType(format) },
    workgroupSize: "LANES",
    arguments: tile.subgroup ? {} : { lane: "local" },
    body: (structural: Structural, capabilities: Capabilities) =>
      bodyOf(tile, structural, lanesOf(capabilities), capabilities.maxTextureSide),
  };
}

function bodyOf(tile: TextureTile, structural: Structural, lanes: number, side: number): string {
  const share = tile.subgroup ? lanes : 1;
  const registers = new RegisterTile(tile.rows, tile.vectors, structural);
  const take = (number: number, component: string) => {
    const texel = `a_${Math.floor(number / share)}${component}`;
    return share === 1 ? texel : `subgroupBroadcast(${texel}, ${number % share}u)`;
  };
  const text = fillTemplate(texture, { ...structural, ragged: tile.ragged }, {
    rows: tile.rows,
    columns: 4 * tile.vectors * lanes,
    lanes,
    vectors: tile.vectors,
    side,
    pad: PAD_TEXELS,
  }, {
    places: [...placesOfA(registers, share), ...placesOfB(registers, lanes)],
    sums: registers.sums(),
    loads: loads(registers, share, tile.ragged),
    products: registers.products(take),
    row_sums: registers.rowSums(),
    row_additions: registers.rowAdditions(take),
    // All lanes have the same sums; each stores some.
    row_stores: registers.fours.map((four) =>
      `if (lane == ${four % lanes}u) { add_row_sums(row + ${4 * four}u, m, row_sum_${four}); }`
    ),
    firsts: registers.vectors.map((v) => `let first_${v} = column + ${4 * v * lanes}u;`),
    stores: registers.stores(!tile.ragged),
  });
  return epilogueOf(structural, !tile.ragged) + text;
}

/** Indices of the texels of A that a lane loads in a step. */
function texelsOfA({ rows }: RegisterTile, share: number): number[] {
  return range(Math.ceil(rows.length / share));
}

/** Places of this lane's first texels of A. Its `g`-th is the tile's `g·share + lane`-th, counted by row, or by k and then by fours of rows. */
function placesOfA(registers: RegisterTile, share: number): string[] {
  const foursOfRows = registers.rows.length / 4;
  return texelsOfA(registers, share).flatMap((g) => {
    const number = share === 1 ? `${g}u` : `(${g * share}u + lane)`;
    return registers.structural.transpose_a
      ? [
        `let row_of_a_${g} = ${number} / ${foursOfRows}u;`,
        `let texel_of_a_${g} = min(row / 4 + ${number} % ${foursOfRows}u, (m - 1) / 4);`,
      ]
      : [`let place_of_a_${g} = place(min(row + ${number}, m - 1), 0u, width_a);`];
  });
}

/** Places of this lane's columns of B. */
function placesOfB({ vectors, structural }: RegisterTile, lanes: number): string[] {
  return vectors.flatMap((v) => {
    const column = `column + ${4 * v * lanes}u`;
    if (!structural.transpose_b) {
      return [`let texel_of_b_${v} = min((${column}) / 4, (n - 1) / 4);`];
    }
    return range(4).map((j) =>
      `let place_of_b_${j}_${v} = place(min(${column} + ${j}, n - 1), 0u, width_b);`
    );
  });
}

/** The texels of a step. */
function loads(registers: RegisterTile, share: number, ragged: boolean): string[] {
  const { transpose_a, transpose_b } = registers.structural;
  const load = (operand: string, place: string, inside: string) => {
    const texel = `textureLoad(${operand}, ${place})`;
    return ragged ? `select(vec4f(), ${texel}, ${inside})` : texel;
  };
  const ofA = texelsOfA(registers, share).map((g) => {
    const row = `row_of_a_${g} + 4 * step`;
    return `let a_${g} = ` + (transpose_a
      ? load("a", `place(${row}, texel_of_a_${g}, width_a)`, `${row} < k`)
      : load("a", `place_of_a_${g} + vec2u(step, 0)`, "inside")) +
      ";";
  });
  const ofB = registers.loadsOfB((i, v) =>
    transpose_b
      ? load("b", `place_of_b_${i}_${v} + vec2u(step, 0)`, "inside")
      : load("b", `place(4 * step + ${i}, texel_of_b_${v}, width_b)`, `inside[${i}]`)
  );
  return [...ofA, ...ofB];
}
