/**
 * Variants for GPUs, and for sizes that no other variant supports: tiles in workgroup memory (see tile.wgsl.ts).
 *
 * @module
 */
import * as common from "../common.wgsl.ts";
import { grid, MOST_TURNS, type Structural, type Uniforms, type Variant } from "../kernel.ts";
import { mask, philox } from "../philox/philox.wgsl.ts";
import { fillTemplate, specialize } from "../wgsl.ts";
import { columnOf, pitchOf, type Written } from "./layout.ts";
import * as tile from "./tile.wgsl.ts";

const TILE = 32;
const CHUNK = 64;
const INVOCATIONS = 128;
/**
 * Groups of four elements of a head that a product takes at a time, the default first: with more there are fewer barriers, and fewer
 * workgroups fit.
 */
const DEPTHS = [8, 4, 16];
/** Loop iterations of an invocation for each tile of queries and keys, and for each element of a head. */
const TURNS_OF_A_TILE = 400;
const TURNS_OF_A_NUMBER = 2;

/** Bindings that a kernel reads and writes in tiles. */
export interface TileOperands {
  /** Bindings that are read. */
  readonly read: readonly string[];
  /** Products of query-like and key-like operands that it computes. */
  readonly products: readonly (readonly [string, string])[];
  /** Matrices that are written. */
  readonly written: readonly Written[];
  /** Whether probabilities are computed four keys at a time if the sizes allow it. */
  readonly fourKeys: boolean;
}

/** Variants of a kernel whose `texts` follow the shared ones. */
export function tileVariants(texts: readonly string[], operands: TileOperands): Variant[] {
  const variant = (vector: boolean, groups: number): Variant => {
    const name = vector ? "tile vector" : "tile scalar";
    return {
      name: groups === DEPTHS[0] ? name : `${name} by ${4 * groups}`,
      numerics: name,
      tuning: { depth: 4 * groups },
      supports({ uniforms, capabilities }) {
        const { sequence, size, pitch, out_pitch, dvalue_column = 0 } = uniforms;
        const turns = Math.ceil(sequence / TILE) * (TURNS_OF_A_TILE + TURNS_OF_A_NUMBER * size);
        return capabilities.maxWorkgroupStorageBytes >= bytesOf(groups) &&
          capabilities.maxInvocationsPerWorkgroup >= INVOCATIONS &&
          (!capabilities.cpuAdapter || turns <= MOST_TURNS) &&
          (!vector ||
            [sequence, size, pitch, out_pitch, dvalue_column].every((n) => n % 4 === 0));
      },
      unit: "Four",
      workgroupSize: "INVOCATIONS",
      body: (structural) => bodyOf(texts, operands, structural, vector, groups),
      workgroups: ({ uniforms }) => grid(workgroupsOf(uniforms)),
    };
  };
  return [true, false].flatMap((vector) => DEPTHS.map((groups) => variant(vector, groups)));
}

/** Groups of four of two operands of a product, or of one that is multiplied by weights. */
function tileLength(groups: number): number {
  return TILE * Math.max(2 * (groups + 1), CHUNK / 4);
}

/** Bytes of workgroup memory: operands, weights, exchanges between the rows of a tile. */
function bytesOf(groups: number): number {
  return 16 * tileLength(groups) + 4 * (TILE * (TILE + 1) + INVOCATIONS + TILE);
}

function workgroupsOf({ batch, heads, sequence, size }: Uniforms): number {
  return batch * heads * Math.ceil(sequence / TILE) * Math.ceil(size / CHUNK);
}

function bodyOf(
  texts: readonly string[],
  { read, products, written, fourKeys }: TileOperands,
  structural: Structural,
  vector: boolean,
  groups: number,
): string {
  const settings = { ...structural, vector };
  const fill = (text: string, values: Record<string, string>) =>
    fillTemplate(text, settings, values);
  const head = vector && fourKeys ? common.vector : common.scalar;
  return [
    `alias Four = ${vector ? "vec4<f32>" : "f32"};`,
    ...[head, common.exponential].map((text) => specialize(text, settings)),
    ...(structural.dropout
      ? [philox, specialize(mask, { ...structural, vector: vector && fourKeys })]
      : []),
    fill(tile.tile, { groups: String(groups), length: String(tileLength(groups)) }),
    ...read.map((name) => fill(tile.operand, { name, pitch: pitchOf(name) })),
    ...products.map(([left, right]) => fill(tile.product, { left, right })),
    ...written.map((matrix) => {
      const { name, binding } = matrix;
      return fill(tile.result, { name, binding, pitch: pitchOf(name), column: columnOf(matrix) });
    }),
    ...texts.map((text) => specialize(text, settings)),
  ].join("\n");
}
