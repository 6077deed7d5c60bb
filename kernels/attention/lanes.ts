/**
 * Variants for adapters that run on the CPU: tokens owned by lanes, the others broadcast (see lanes.wgsl.ts).
 *
 * @module
 */
import { exponential } from "../common.wgsl.ts";
import {
  type Capabilities,
  fitsTexture,
  grid,
  MOST_TURNS,
  pitchUnit,
  type Structural,
  type TextureOperand,
  type Uniforms,
  type Variant,
  type VariantContext,
} from "../kernel.ts";
import { philox } from "../philox/philox.wgsl.ts";
import { textureType } from "../shader.ts";
import { fillTemplate } from "../wgsl.ts";
import type { LaneLines } from "./lane_lines.ts";
import * as texts from "./lanes.wgsl.ts";

/** Sizes of a head that there is a text for. */
const SIZES = [16, 32, 48, 64, 96, 128];
/** Tokens that a lane owns, the default first: two keep more lanes busy where a sequence is short. */
const OWNED = [4, 2];
/** Unused texels after each row: rows at a power of two share a few cache sets. */
const PAD_TEXELS = 4;
const FORMAT = "rgba32float";
/** Turns for each token that passes by, a dropout mask's included. */
const TURNS_OF_A_TOKEN = 24;

/** What the lines of a text depend on. */
export interface LaneShape {
  /** Groups of four numbers of a head. */
  readonly groups: number;
  /** Lanes of a subgroup. */
  readonly lanes: number;
  /** Tokens that a lane owns. */
  readonly owned: number;
}

/** What a kernel is made from. */
export interface LaneKernel {
  readonly text: string;
  /** Bindings that are read as textures. */
  readonly textures: readonly string[];
  /** What goes in the place of names in the text. */
  values(shape: LaneShape): Readonly<Record<string, string>>;
  /** Generated lines by name. */
  lines(shape: LaneShape): LaneLines;
}

/** What tells the variants of a kernel apart. */
interface LaneVariant {
  /** Numbers of a head. */
  readonly size: number;
  /** Whether masks are not drawn by whole fours of keys. */
  readonly ragged: boolean;
  /** Tokens that a lane owns. */
  readonly owned: number;
}

/** Variants of a kernel: for each size of a head, masks by whole fours of keys or not, and what a lane may own. */
export function laneVariants(kernel: LaneKernel): Variant[] {
  return OWNED.flatMap((owned) =>
    SIZES.flatMap((size) => [false, true].map((ragged) => variant(kernel, { size, ragged, owned })))
  );
}

function variant(kernel: LaneKernel, which: LaneVariant): Variant {
  const { size, ragged, owned } = which;
  const words = ["lanes", size, ...(ragged ? ["ragged"] : [])];
  return {
    name: [...words, ...(owned === OWNED[0] ? [] : ["of", owned])].join(" "),
    numerics: "lanes",
    tuning: { owned },
    supports: (context) => supports(context, which),
    unit: "vec4f",
    elements: Object.fromEntries(kernel.textures.map((name) => [name, textureType(FORMAT)])),
    workgroupSize: "LANES",
    body: (structural, capabilities) => bodyOf(kernel, which, structural, capabilities),
    workgroups: ({ uniforms: { batch, heads, sequence }, capabilities }) =>
      grid(batch * heads * Math.ceil(sequence / (owned * (capabilities.subgroupSize ?? 1)))),
    textures: ({ uniforms }) =>
      Object.fromEntries(kernel.textures.map((name) => [name, operandOf(uniforms)])),
  };
}

function supports(
  { uniforms, structural, capabilities }: VariantContext,
  { size, ragged }: LaneVariant,
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

function bodyOf(
  kernel: LaneKernel,
  { size, ragged, owned }: LaneVariant,
  structural: Structural,
  { subgroupSize, maxTextureSide }: Capabilities,
): string {
  const shape = { groups: size / 4, lanes: subgroupSize ?? 1, owned };
  const settings = { ...structural, ragged, owned };
  return [
    fillTemplate(texts.value, settings, { owned }),
    exponential,
    ...(structural.dropout ? [philox] : []),
    fillTemplate(texts.lanes, settings, { ...shape, side: maxTextureSide, pad: PAD_TEXELS }),
    fillTemplate(kernel.text, settings, { owned, ...kernel.values(shape) }, kernel.lines(shape)),
  ].join("\n");
}
