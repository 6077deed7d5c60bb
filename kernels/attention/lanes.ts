/**
 * Variants for adapters that run on the CPU: lanes own tokens, the others are broadcast (see lanes.wgsl.ts).
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
import { pitchOf } from "./layout.ts";
import * as texts from "./lanes.wgsl.ts";

/** Supported sizes of a head. */
const SIZES = [16, 32, 48, 64, 96, 128];
/** Tokens that a lane owns, the default first: two keep more lanes busy if a sequence is short. */
const OWNED = [4, 2];
/** Unused texels after each row: with a power-of-two pitch, rows share a few cache sets. */
const PAD_TEXELS = 4;
const FORMAT = "rgba32float";
/** Loop iterations per broadcast token, those of a dropout mask included. */
const TURNS_OF_A_TOKEN = 24;

/** What the generated lines depend on. */
export interface LaneShape {
  /** Groups of four numbers of a head. */
  readonly groups: number;
  /** Lanes of a subgroup. */
  readonly lanes: number;
  /** Tokens that a lane owns. */
  readonly owned: number;
}

/** The parts of a kernel's body. */
export interface LaneKernel {
  readonly text: string;
  /** Bindings that are read as textures. */
  readonly textures: readonly string[];
  /** Values for the names in the text. */
  values(shape: LaneShape): Readonly<Record<string, string>>;
  /** Generated lines by name. */
  lines(shape: LaneShape): LaneLines;
}

/** What distinguishes the variants of a kernel. */
interface LaneVariant {
  /** Elements of a head. */
  readonly size: number;
  /** Whether masks are drawn for keys that do not start at multiples of four. */
  readonly ragged: boolean;
  /** Tokens that a lane owns. */
  readonly owned: number;
}

/** Variants of a kernel for each size of a head, with masks in whole fours of keys or not, and each number of owned tokens. */
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
      Object.fromEntries(
        kernel.textures.map((name) => [name, operandOf(uniforms, pitchOf(name))]),
      ),
  };
}

function supports(
  { uniforms, structural, capabilities }: VariantContext,
  { size, ragged }: LaneVariant,
): boolean {
  const { cpuAdapter, subgroupSize, readableStorageTextures, maxTextureSide } = capabilities;
  const { batch, sequence, pitch, out_pitch, dvalue_column = 0 } = uniforms;
  return cpuAdapter && subgroupSize !== null && readableStorageTextures &&
    uniforms.size === size && [pitch, out_pitch].every((n) => n % pitchUnit(FORMAT) === 0) &&
    dvalue_column % 4 === 0 && batch > 0 && sequence > 0 &&
    sequence * TURNS_OF_A_TOKEN <= MOST_TURNS &&
    ragged === (structural.dropout === true && sequence % 4 !== 0) &&
    fitsTexture(operandOf(uniforms, "pitch"), maxTextureSide);
}

/** All tokens of a binding as one matrix. */
function operandOf(uniforms: Uniforms, pitch: "pitch" | "out_pitch"): TextureOperand {
  const { batch, sequence, heads, size } = uniforms;
  return {
    ...{ format: FORMAT, offset: 0, rows: batch * sequence, columns: heads * size },
    ...{ pitch: uniforms[pitch], padTexels: PAD_TEXELS },
  };
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
