/**
 * Variants for adapters that run on the CPU: tokens owned by lanes, the others broadcast (see lanes.wgsl).
 *
 * @module
 */
import {
  type Capabilities,
  grid,
  pitchUnit,
  type Structural,
  type TextureOperand,
  type Uniforms,
  type Variant,
  type VariantContext,
} from "../kernel.ts";
import { fitsTexture } from "../matmul/layout.ts";
import { fillTemplate } from "../matmul/source.ts";
import { specialise } from "../template.ts";
import exponentialText from "../wgsl/exponential.wgsl" with { type: "text" };
import philoxText from "../philox/philox.wgsl" with { type: "text" };
import vectorText from "../wgsl/vector.wgsl" with { type: "text" };
import type { LaneLines } from "./lane_lines.ts";
import lanesText from "./lanes.wgsl" with { type: "text" };
import parametersText from "./parameters.wgsl" with { type: "text" };

/** Sizes of a head that there is a text for. */
const SIZES = [16, 32, 48, 64, 96, 128];
/** Tokens that a lane owns. */
const OWNED = 4;
/** Unused texels after each row: rows at a power of two share a few cache sets. */
const PAD_TEXELS = 4;
const FORMAT = "rgba32float";
/** Some drivers end all loops of an invocation after 65,535 turns, silently. */
const MOST_TURNS = 60_000;
/** Turns for each token that passes by, a dropout mask's included. */
const TURNS_OF_A_TOKEN = 24;

/** What a kernel is made from. */
export interface LaneKernel {
  readonly text: string;
  /** Bindings that are read as textures. */
  readonly textures: readonly string[];
  /** Generated lines by name, for heads of so many groups of four on so many lanes. */
  lines(groups: number, lanes: number): LaneLines;
}

/** Variants of a kernel, one for each size of a head, and one more for masks that are not drawn by whole fours of keys. */
export function laneVariants(kernel: LaneKernel): Variant[] {
  return SIZES.flatMap((size) => [false, true].map((ragged) => variant(kernel, size, ragged)));
}

function variant(kernel: LaneKernel, size: number, ragged: boolean): Variant {
  return {
    name: `lanes ${size}${ragged ? " ragged" : ""}`,
    numerics: "lanes",
    supports: (context) => supports(context, size, ragged),
    source: (structural, capabilities) =>
      sourceOf(kernel, size, { ...structural, ragged }, capabilities),
    workgroups: ({ uniforms: { batch, heads, sequence }, capabilities }) =>
      grid(batch * heads * Math.ceil(sequence / (OWNED * (capabilities.subgroupSize ?? 1)))),
    textures: ({ uniforms }) =>
      Object.fromEntries(kernel.textures.map((name) => [name, operandOf(uniforms)])),
  };
}

function supports(
  { uniforms, structural, capabilities }: VariantContext,
  size: number,
  ragged: boolean,
): boolean {
  const { cpuAdapter, subgroupSize, readableStorageTextures, maxTextureSide } = capabilities;
  const { batch, sequence, pitch } = uniforms;
  return cpuAdapter && subgroupSize !== null && readableStorageTextures &&
    uniforms.size === size && pitch % pitchUnit(FORMAT) === 0 && batch > 0 && sequence > 0 &&
    sequence * TURNS_OF_A_TOKEN <= MOST_TURNS &&
    ragged === (structural.dropout === true && sequence % 4 !== 0) &&
    fitsTexture(operandOf(uniforms), maxTextureSide);
}

/** All tokens of a binding, as one matrix. */
function operandOf({ batch, sequence, pitch }: Uniforms): TextureOperand {
  const rows = batch * sequence;
  return { format: FORMAT, offset: 0, rows, columns: pitch, pitch, padTexels: PAD_TEXELS };
}

function sourceOf(
  kernel: LaneKernel,
  size: number,
  structural: Structural,
  { subgroupDirective, subgroupSize, maxTextureSide }: Capabilities,
): string {
  const lanes = subgroupSize ?? 1;
  const settings = { ...structural, vector: true };
  const values = { lanes, groups: size / 4, side: maxTextureSide, pad: PAD_TEXELS };
  const shared = [vectorText, exponentialText, parametersText];
  if (structural.dropout) shared.push(philoxText);
  return [
    ...(subgroupDirective ? ["enable subgroups;\n"] : []),
    ...shared.map((text) => specialise(text, settings)),
    fillTemplate(lanesText, settings, values),
    fillTemplate(kernel.text, settings, {}, kernel.lines(size / 4, lanes)),
  ].join("\n");
}
