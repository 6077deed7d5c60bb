/**
 * The variants of the matrix multiplication, best first.
 *
 * @module
 */
import { grid, MOST_TURNS, type Structural, type TexelFormat, type Variant } from "../kernel.ts";
import { specialize } from "../wgsl.ts";
import { epilogueOf, simple } from "./matmul.wgsl.ts";
import { LARGE_TILE, NARROW_TILE, sharedVariant, SMALL_TILE, TALL_TILE } from "./shared.ts";
import { type TextureTile, textureVariant } from "./texture.ts";

const SUBGROUP = { subgroup: true, ragged: false } as const;

/** From this k on, a wide tile's columns of B exceed the L2 cache: a narrow tile is 1.1 to 1.3 times as fast. */
const LONG_SUM = 1536;

/** For a tile that only a tuner chooses, if it has measured that it is faster. */
const NEVER = () => false;

/** Tiles of operands that are read as textures, best first. */
const TEXTURE_TILES: readonly TextureTile[] = [
  {
    name: "texture_subgroup_short",
    rows: 16,
    vectors: 2,
    ...SUBGROUP,
    meantFor: ({ m }) => m <= 16,
  },
  {
    name: "texture_subgroup_narrow",
    rows: 32,
    vectors: 1,
    ...SUBGROUP,
    meantFor: ({ n, k }, lanes) => n <= 4 * lanes || k >= LONG_SUM,
  },
  { name: "texture_subgroup", rows: 32, vectors: 2, ...SUBGROUP },
  {
    name: "texture_subgroup_small",
    rows: 16,
    vectors: 1,
    ...SUBGROUP,
    meantFor: NEVER,
  },
  {
    name: "texture_subgroup_ragged",
    rows: 16,
    vectors: 2,
    subgroup: true,
    ragged: true,
  },
  {
    name: "texture_tile",
    rows: 8,
    vectors: 4,
    subgroup: false,
    ragged: false,
  },
];

/** The variants that read their operands as textures. */
export function textureVariants(format: TexelFormat): Variant[] {
  return TEXTURE_TILES.map((tile) => textureVariant(tile, format));
}

const WORKGROUP = 64;

/** The variant for any shape on any adapter: one element of C per invocation, from float32 or, if `packed`, from half precision. */
export function simpleVariant(packed: boolean): Variant {
  return {
    name: packed ? "packed_simple" : "simple",
    numerics: "k_sequential",
    // An iteration takes four k.
    supports: ({ uniforms: { k }, capabilities }) =>
      !capabilities.cpuAdapter || k <= 4 * MOST_TURNS,
    unit: "Value",
    workgroupSize: WORKGROUP,
    body: (structural: Structural) =>
      epilogueOf(structural, false) + specialize(simple, { ...structural, packed }),
    workgroups: ({ uniforms: { m, n } }) => grid(Math.ceil(m * n / WORKGROUP)),
  };
}

/** All of one numerics class: they differ in speed and in what they support. */
export const MATMUL_VARIANTS: readonly Variant[] = [
  ...textureVariants("rgba32float"),
  sharedVariant({ name: "shared_tile_large", ...LARGE_TILE }),
  sharedVariant({ name: "shared_tile_narrow", ...NARROW_TILE }),
  sharedVariant({ name: "shared_tile_tall", ...TALL_TILE }),
  sharedVariant({ name: "shared_tile", ...SMALL_TILE }),
  sharedVariant({ name: "shared_tile_ragged", ...SMALL_TILE, vector: false }),
  simpleVariant(false),
];
