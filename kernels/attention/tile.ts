/**
 * Variants for graphics cards, and for whatever no other variant takes: tiles in workgroup memory (see tile.wgsl).
 *
 * @module
 */
import { grid, type Structural, type Uniforms, type Variant } from "../kernel.ts";
import { fillTemplate } from "../matmul/source.ts";
import { specialise } from "../template.ts";
import exponentialText from "../wgsl/exponential.wgsl" with { type: "text" };
import philoxText from "../philox/philox.wgsl" with { type: "text" };
import scalarText from "../wgsl/scalar.wgsl" with { type: "text" };
import vectorText from "../wgsl/vector.wgsl" with { type: "text" };
import parametersText from "./parameters.wgsl" with { type: "text" };
import operandText from "./tile_operand.wgsl" with { type: "text" };
import productText from "./tile_product.wgsl" with { type: "text" };
import resultText from "./tile_result.wgsl" with { type: "text" };
import tileText from "./tile.wgsl" with { type: "text" };

const TILE = 32;
const CHUNK = 64;
const INVOCATIONS = 128;
/** Workgroup memory: two operands, weights, what the rows of a tile exchange. */
const BYTES = 16 * 2 * TILE * 9 + 4 * (TILE * (TILE + 1) + INVOCATIONS + TILE);
/** Some drivers end all loops of an invocation after 65,535 turns, silently. */
const MOST_TURNS = 60_000;
/** Turns of an invocation's loops for each tile of queries and keys, beside those for each 32 numbers of a head. */
const TURNS_OF_A_TILE = 400;
const TURNS_OF_A_DEPTH = 40;

/** What a kernel reads and writes by tiles. */
export interface TileOperands {
  /** Bindings that are read. */
  readonly read: readonly string[];
  /** Products of queries' by keys' vectors that it takes. */
  readonly products: readonly (readonly [string, string])[];
  /** Bindings that are written. */
  readonly written: readonly string[];
  /** Whether probabilities are made four keys at a time, where that is possible. */
  readonly fourKeys: boolean;
}

/** Variants of a kernel whose own `texts` go after the shared ones. */
export function tileVariants(texts: readonly string[], operands: TileOperands): Variant[] {
  const variant = (vector: boolean): Variant => ({
    name: vector ? "tile vector" : "tile scalar",
    numerics: vector ? "tile vector" : "tile scalar",
    supports({ uniforms, capabilities }) {
      const { sequence, size, pitch } = uniforms;
      const turns = Math.ceil(sequence / TILE) *
        (TURNS_OF_A_TILE + TURNS_OF_A_DEPTH * Math.ceil(size / 32));
      return capabilities.maxWorkgroupStorageBytes >= BYTES &&
        capabilities.maxInvocationsPerWorkgroup >= INVOCATIONS &&
        (!capabilities.cpuAdapter || turns <= MOST_TURNS) &&
        (!vector || [sequence, size, pitch].every((n) => n % 4 === 0));
    },
    source: (structural) => sourceOf(texts, operands, structural, vector),
    workgroups: ({ uniforms }) => grid(workgroupsOf(uniforms)),
  });
  return [variant(true), variant(false)];
}

function workgroupsOf({ batch, heads, sequence, size }: Uniforms): number {
  return batch * heads * Math.ceil(sequence / TILE) * Math.ceil(size / CHUNK);
}

function sourceOf(
  texts: readonly string[],
  { read, products, written, fourKeys }: TileOperands,
  structural: Structural,
  vector: boolean,
): string {
  const settings = { ...structural, vector };
  const fill = (text: string, values: Record<string, string>) =>
    fillTemplate(text, settings, values);
  const head = vector && fourKeys ? vectorText : scalarText;
  return [
    `alias Four = ${vector ? "vec4<f32>" : "f32"};`,
    ...[head, exponentialText, parametersText].map((text) => specialise(text, settings)),
    ...(structural.dropout
      ? [specialise(philoxText, { ...structural, vector: vector && fourKeys })]
      : []),
    tileText,
    ...read.map((name) => fill(operandText, { name })),
    ...products.map(([left, right]) => fill(productText, { left, right })),
    ...written.map((name) => fill(resultText, { name })),
    ...texts.map((text) => specialise(text, settings)),
  ].join("\n");
}
