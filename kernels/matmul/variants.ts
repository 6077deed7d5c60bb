/**
 * The ways of computing a matrix product, best first.
 *
 * @module
 */
import type { Variant } from "../kernel.ts";
import { sharedVariant } from "./shared.ts";
import { SIMPLE } from "./simple.ts";
import { textureVariant } from "./texture.ts";

const SUBGROUP = { subgroup: true, ragged: false } as const;

/** All of one numerics class: they differ in speed and in what they support. */
export const MATMUL_VARIANTS: readonly Variant[] = [
  textureVariant({
    name: "texture_subgroup_short",
    rows: 16,
    vectors: 2,
    ...SUBGROUP,
    meantFor: (m) => m <= 16,
  }),
  textureVariant({
    name: "texture_subgroup_narrow",
    rows: 32,
    vectors: 1,
    ...SUBGROUP,
    meantFor: (_, n, lanes) => n <= 4 * lanes,
  }),
  textureVariant({ name: "texture_subgroup", rows: 32, vectors: 2, ...SUBGROUP }),
  textureVariant({
    name: "texture_subgroup_ragged",
    rows: 16,
    vectors: 2,
    subgroup: true,
    ragged: true,
  }),
  textureVariant({ name: "texture_tile", rows: 8, vectors: 4, subgroup: false, ragged: false }),
  sharedVariant({
    name: "shared_tile_large",
    rows: 8,
    vectors: 2,
    vector: true,
    meantFor: (m, n) => m > 64 && n > 64,
  }),
  sharedVariant({ name: "shared_tile", rows: 4, vectors: 1, vector: true }),
  sharedVariant({ name: "shared_tile_ragged", rows: 4, vectors: 1, vector: false }),
  SIMPLE,
];
