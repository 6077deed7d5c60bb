/**
 * Variants for GPUs, and for sizes that no other variant supports: tiles in workgroup memory (see tile.wgsl.ts).
 *
 * @module
 */
import * as common from "../common.wgsl.ts";
import { grid, MOST_TURNS, type Structural, type Uniforms, type Variant } from "../kernel.ts";
import { mask, philox } from "../philox/philox.wgsl.ts";
import { fillTemplate, range, specialize } from "../wgsl.ts";
import { columnOf, pitchOf, type Written } from "./layout.ts";
import * as tile from "./tile.wgsl.ts";

const TILE = 32;
const CHUNK = 64;
const INVOCATIONS = 128;
/** Groups of four elements of a head that a product takes at a time. */
const GROUPS = 8;
/** Bytes of workgroup memory: operands, weights, exchanges between the rows of a tile. */
const MEMORY = 16 * (2 * 16 * 17 + 2 * 8 * 17) + 4 * (INVOCATIONS + TILE);
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
}

/** Variants of a kernel whose `texts` follow the shared ones. */
export function tileVariants(texts: readonly string[], operands: TileOperands): Variant[] {
  const variant = (vector: boolean): Variant => {
    const name = vector ? "tile vector" : "tile scalar";
    return {
      name,
      numerics: name,
      supports({ uniforms, capabilities }) {
        const { sequence, size, pitch, out_pitch, dvalue_column = 0 } = uniforms;
        const turns = Math.ceil(sequence / TILE) * (TURNS_OF_A_TILE + TURNS_OF_A_NUMBER * size);
        return capabilities.maxWorkgroupStorageBytes >= MEMORY &&
          capabilities.maxInvocationsPerWorkgroup >= INVOCATIONS &&
          (!capabilities.cpuAdapter || turns <= MOST_TURNS) &&
          (!vector ||
            [sequence, size, pitch, out_pitch, dvalue_column].every((n) => n % 4 === 0));
      },
      unit: "Four",
      workgroupSize: "INVOCATIONS",
      body: (structural) => bodyOf(texts, operands, structural, vector),
      workgroups: ({ uniforms }) => grid(workgroupsOf(uniforms)),
    };
  };
  return [variant(true), variant(false)];
}

function workgroupsOf({ batch, heads, sequence, size }: Uniforms): number {
  return batch * heads * Math.ceil(sequence / TILE) * Math.ceil(size / CHUNK);
}

/** The multiply-adds of a group: two queries with four keys. */
function groupProducts(group: number): string[] {
  return [
    ...range(2).map((r) => `let a_${r} = operands[y % 2u][y / 2u][${r * GROUPS + group}];`),
    ...range(4).map((j) => `let b_${j} = operands[${j >> 1}][8u + x][${j % 2 * GROUPS + group}];`),
    ...range(2).map((r) =>
      `sum_${r} += vec4f(${range(4).map((j) => `dot(a_${r}, b_${j})`).join(", ")});`
    ),
  ];
}

/** The multiply-adds of a token of a half: four weights with four columns. */
function weightedProducts(token: number): string[] {
  return [
    `let weight = weights[half][y][${token}];`,
    `let four = operands[half][x][${token}];`,
    ...range(4).map((r) => `sum_${r} += weight[${r}] * four;`),
  ];
}

/** The weights and gradients of two queries with four keys, four keys at a time if `vector`. */
function slopesOfScores(vector: boolean): string[] {
  const call = (r: number, c: number) =>
    `slope_of(place, i + ${r}u, j + ${c}u, keys, ${
      ["scores", "gradients"].map((name) => vector ? `${name}[${r}]` : `${name}[${r}][${c}]`)
        .join(", ")
    })`;
  const parts = vector ? [0] : range(4);
  const fours = (field: string) =>
    range(2).map((r) => {
      const found = parts.map((c) => `found_${r}_${c}.${field}`);
      return vector ? found[0] : `vec4f(${found.join(", ")})`;
    });
  const both = ["weight", "slope"].map((field) => `array<vec4f, 2>(${fours(field).join(", ")})`);
  return [
    ...range(2).flatMap((r) => parts.map((c) => `let found_${r}_${c} = ${call(r, c)};`)),
    `return Slopes(${both.join(", ")});`,
  ];
}

function blocks(count: number, lines: (index: number) => string[]): string[] {
  return range(count).flatMap((i) => ["{", ...lines(i).map((line) => `  ${line}`), "}"]);
}

function bodyOf(
  texts: readonly string[],
  { read, products, written }: TileOperands,
  structural: Structural,
  vector: boolean,
): string {
  const settings = { ...structural, vector };
  const fill = (text: string, values: Record<string, string> = {}) =>
    fillTemplate(text, settings, values, {
      products: blocks(GROUPS, groupProducts),
      weighted: blocks(16, weightedProducts),
      by_query: range(2).flatMap((r) =>
        range(4).map((j) =>
          `weights[half][row][column + ${j}u][first + ${r}u] = scores[${r}][${j}];`
        )
      ),
      slopes: slopesOfScores(vector),
    });
  return [
    `alias Four = ${vector ? "vec4<f32>" : "f32"};`,
    ...[vector ? common.vector : common.scalar, common.exponential]
      .map((text) => specialize(text, settings)),
    ...(structural.dropout ? [philox, specialize(mask, settings)] : []),
    fill(tile.tile),
    ...read.map((name) => fill(tile.operand, { name, pitch: pitchOf(name) })),
    ...products.map(([left, right]) => fill(tile.product, { left, right })),
    ...written.map((matrix) => {
      const { name, binding } = matrix;
      return fill(tile.result, { name, binding, pitch: pitchOf(name), column: columnOf(matrix) });
    }),
    ...texts.map((text) => fill(text)),
  ].join("\n");
}
