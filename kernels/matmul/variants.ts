/**
 * The ways of computing a matrix product, best first.
 *
 * @module
 */
import type { TexelFormat, Variant } from "../kernel.ts";
import { LARGE_TILE, sharedVariant } from "./shared.ts";
import { simpleVariant } from "./simple.ts";
import { type TextureTile, textureVariant } from "./texture.ts";

const SUBGROUP = { subgroup: true, ragged: false } as const;

/** From so many k on, a tile's columns of B leave the second-level cache unless the tile is narrow: 1.1 to 1.3 times as fast. */
const LONG_SUM = 1536;

/** For a tile that only a tuner takes, where it has measured that it is faster. */
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

/** The variants that read their operands as textures, in float32 or in halves. */
export function textureVariants(format: TexelFormat): Variant[] {
  return TEXTURE_TILES.map((tile) => textureVariant(tile, format));
}

/** All of one numerics class: they differ in speed and in what they support. */
export const MATMUL_VARIANTS: readonly Variant[] = [
  ...textureVariants("rgba32float"),
  sharedVariant({ name: "shared_tile_large", ...LARGE_TILE }),
  sharedVariant({ name: "shared_tile_large_ahead", ...LARGE_TILE, ahead: true }),
  sharedVariant({ name: "shared_tile", rows: 4, vectors: 1, vector: true }),
  sharedVariant({ name: "shared_tile_ragged", rows: 4, vectors: 1, vector: false }),
  simpleVariant(false),
];
