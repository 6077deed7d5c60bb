/**
 * A kernel: a typed signature, WGSL variants that compute it on a GPU, and a reference implementation in plain TypeScript.
 *
 * Three kinds of value reach a kernel, by how often they change:
 * - **structural** parameters change what is computed (a transpose, an epilogue); each combination is its own pipeline;
 * - **uniforms** are sizes and scalars in a uniform block; a new size never compiles a new pipeline;
 * - **tuning** (tiles, workgroups, how operands are read) is part of a variant and never changes the result.
 *
 * @module
 */

import type { Vendor } from "./vendor.ts";

/** Element type of a binding. */
export type ElementType = "f32" | "u32";

/** How a kernel accesses a binding. */
export type Access = "read" | "read_write";

/** One storage binding of a kernel. */
export interface BindingSignature {
  /** Type of its elements on the host. */
  readonly type: ElementType;
  /** Whether the kernel writes it. */
  readonly access: Access;
  /** WGSL type of its elements in every variant, such as `f32` or `atomic<u32>`; the variant's {@linkcode Variant.unit} if absent. */
  readonly element?: string;
  /** Whether each word packs two half-precision numbers (f16). */
  readonly f16?: true;
  /** Returns for which structural parameters the binding exists; absent means always. */
  readonly when?: (structural: Structural) => boolean;
}

/** Numbers that a kernel reads in a variant's unit: one or four at a time. */
export const READ: BindingSignature = { type: "f32", access: "read" };

/** Numbers that a kernel writes, or changes in place, in a variant's unit. */
export const WRITE: BindingSignature = { type: "f32", access: "read_write" };

/** Numbers that every variant reads one at a time: scalars, statistics of rows. */
export const READ_F32: BindingSignature = { ...READ, element: "f32" };

/** Numbers that every variant writes one at a time. */
export const WRITE_F32: BindingSignature = { ...WRITE, element: "f32" };

/** Indices or flags that a kernel reads. */
export const READ_U32: BindingSignature = { type: "u32", access: "read" };

/** Indices or flags that a kernel writes. */
export const WRITE_U32: BindingSignature = { type: "u32", access: "read_write" };

/** Half-precision numbers (f16) that a kernel reads, two to a word. */
export const READ_F16: BindingSignature = { ...READ_U32, f16: true };

/** The same binding, but only if the structural parameter `name` is true. */
export function when(name: string, binding: BindingSignature): BindingSignature {
  return { ...binding, when: (structural: Structural): boolean => Boolean(structural[name]) };
}

/** Value of one structural parameter. */
export type StructuralValue = string | number | boolean;

/** Structural parameters of one run, by name. */
export type Structural = Readonly<Record<string, StructuralValue>>;

/** Uniform values of one run, by name. */
export type Uniforms = Readonly<Record<string, number>>;

/** Numbers as a reference gets them: float32 on the CPU device, float64 for finite differences. */
export type NumberArray = Float32Array | Float64Array;

/** The arrays that a reference gets, one for each binding that exists. */
// deno-lint-ignore no-explicit-any -- a reference knows its own signature: f32 bindings are NumberArray, u32 are Uint32Array
export type BindingArrays = Readonly<Record<string, any>>;

/** Features and limits of the adapter that runs a variant. */
export interface Capabilities {
  /** Vendor of its hardware. */
  readonly vendor: Vendor;
  /** Size of every subgroup if the adapter's minimum and maximum agree, else null. */
  readonly subgroupSize: number | null;
  /** Smallest size of a subgroup, or null if shaders cannot use subgroup functions. */
  readonly minSubgroupSize: number | null;
  /** Whether a shader must contain `enable subgroups;` (browsers) or must not (Deno). */
  readonly subgroupDirective: boolean;
  /** Whether shaders may compute in 16-bit floats. */
  readonly shaderF16: boolean;
  /** Whether the adapter runs on the CPU (a software Vulkan driver). */
  readonly cpuAdapter: boolean;
  /** Whether shaders can read `texture_storage_2d` of each {@linkcode TexelFormat}. */
  readonly readableStorageTextures: boolean;
  /** Longest side of a texture, in texels. */
  readonly maxTextureSide: number;
  /** Bytes of workgroup memory that a workgroup may use. */
  readonly maxWorkgroupStorageBytes: number;
  /** Most invocations in a workgroup. */
  readonly maxInvocationsPerWorkgroup: number;
}

/** The run and the adapter that a variant is chosen for. */
export interface VariantContext {
  /** Structural parameters of the run. */
  readonly structural: Structural;
  /** Uniforms of the run. */
  readonly uniforms: Uniforms;
  /** The adapter. */
  readonly capabilities: Capabilities;
}

/** Format of four neighbors of a row in a texture: float32 or half precision. */
export type TexelFormat = "rgba32float" | "rgba16float";

/** Alignment, in bytes, of the rows of a buffer that is copied to a texture. */
const ROW_BYTES = 256;

/** Bytes of one element of a texel. */
export function elementBytes(format: TexelFormat): number {
  return format === "rgba32float" ? 4 : 2;
}

/** Alignment, in elements, of the pitch of a matrix that is copied to a texture. */
export function pitchUnit(format: TexelFormat): number {
  return ROW_BYTES / elementBytes(format);
}

/**
 * A matrix inside a binding that the device copies to a texture before the run; an element is one number in float32 or half precision.
 * Row `r` of the matrix starts at element `offset + r * pitch` of the view. Rows beyond `maxTextureSide` continue in the next column
 * block: row `r` is texture row `r % side` and its texels start at column `floor(r / side) * blockWidth`, where `side` is
 * `min(rows, maxTextureSide)` and `blockWidth` is `columns / 4 + padTexels`.
 */
export interface TextureOperand {
  /** Format of its texels. */
  readonly format: TexelFormat;
  /** First element of the matrix in the view. */
  readonly offset: number;
  /** Rows of the matrix. */
  readonly rows: number;
  /** Elements of a row that are copied: a multiple of 4. */
  readonly columns: number;
  /** Elements from one row to the next: a multiple of {@linkcode pitchUnit}. */
  readonly pitch: number;
  /** Unused texels after each row; a power-of-two pitch is slow on CPU adapters. */
  readonly padTexels: number;
}

/** Whether a matrix can be copied to one texture; see {@linkcode TextureOperand} for how long ones are folded. */
export function fitsTexture(operand: TextureOperand, maxSide: number): boolean {
  const blocks = Math.ceil(operand.rows / maxSide);
  return blocks * (operand.columns / 4 + operand.padTexels) <= maxSide;
}

/** One way of computing a kernel on a GPU. */
export interface Variant {
  /** Unique among the variants of its kernel. */
  readonly name: string;
  /** Class of the order of accumulation: variants of one class agree bit for bit. */
  readonly numerics: string;
  /**
   * Tuning parameters, such as a tile's rows: they affect speed, never results. The variants of a kernel with the same parameters span
   * the space that a tuner explores.
   */
  readonly tuning?: Readonly<Record<string, number>>;
  /** Whether this variant can compute the run on this adapter. */
  supports(context: VariantContext): boolean;
  /** Whether it is likely the fastest at these sizes, for a device that has not measured; absent means yes. */
  prefers?(context: VariantContext): boolean;
  /** WGSL type of the elements of f32 bindings, often an alias that the body declares: `Value`. `f32` if absent. */
  readonly unit?: string;
  /** WGSL types of bindings that this variant reads or writes otherwise: an element type, or a texture type. */
  readonly elements?: Readonly<Record<string, string>>;
  /** Arguments of `@workgroup_size`; the constant `WORKGROUP` of the body if absent. */
  readonly workgroupSize?: string | number;
  /** Further parameters that `fn main` may ask for, as WGSL expressions of builtins; see {@linkcode shaderOf}. */
  readonly arguments?: Readonly<Record<string, string>>;
  /**
   * The WGSL without what {@linkcode shaderOf} generates: no directives, uniforms or bindings. Its entry point is one line,
   * `fn main(i: u32) {`, whose parameters are written out as builtins.
   */
  body(structural: Structural, capabilities: Capabilities): string;
  /** Values of the WGSL's override constants. */
  constants?(structural: Structural, capabilities: Capabilities): Readonly<Record<string, number>>;
  /** Workgroups to dispatch; no dimension exceeds 65,535. */
  workgroups(context: VariantContext): readonly [number, number, number];
  /** Bindings that are read as textures, with the matrix to copy. */
  textures?(context: VariantContext): Readonly<Record<string, TextureOperand>>;
}

/** One call of a kernel in the registry test. */
export interface KernelCase {
  /** Structural parameters of the call. */
  readonly structural: Structural;
  /** Uniforms of the call. */
  readonly uniforms: Uniforms;
  /** Contents of bindings; random normals (f32) or zeros (u32) if absent. */
  readonly fill?: Readonly<
    Record<string, (length: number, random: () => number) => ArrayLike<number>>
  >;
  /** Elements of bindings beyond the least that the shape rule requires, such as a table that indices point into. */
  readonly lengths?: Readonly<Record<string, number>>;
  /** Bound on `|a − b| / (|b| + scale)` against the reference; the registry test's own if absent. */
  readonly tolerance?: number;
}

/** Arithmetic and memory traffic of one run. */
export interface Work {
  /** Floating-point operations. */
  readonly flops: number;
  /** Least bytes read and written. */
  readonly bytes: number;
}

/** A kernel: signature, variants, reference. */
export interface Kernel {
  /** `family.function`, such as `layer_norm.forward`. */
  readonly name: string;
  /** Storage bindings in order. */
  readonly bindings: Readonly<Record<string, BindingSignature>>;
  /** Fields of the uniform block in order. */
  readonly uniforms: Readonly<Record<string, "u32" | "f32">>;
  /** Structural parameters and the values each may take. */
  readonly structural: Readonly<Record<string, readonly StructuralValue[]>>;
  /** Best first: a device takes the first that supports a run and prefers it, unless it has measured otherwise. */
  readonly variants: readonly Variant[];
  /** Uniforms that are sizes: runs of similar sizes share a tuner's choice. A kernel without is never tuned. */
  readonly sizes?: readonly string[];
  /** Typical value of all elements of integer bindings, which a tuner fills in; zero if absent. */
  usual?(uniforms: Uniforms): Readonly<Record<string, number>>;
  /**
   * Least number of elements of each binding (the shape rule), checked before every run. A binding that is left out, such as a table
   * that indices point into, is bound with the whole length of its view.
   */
  lengths(uniforms: Uniforms, structural: Structural): Readonly<Record<string, number>>;
  /** Number of independent items (usually rows) that the reference can be divided into. */
  items(uniforms: Uniforms, structural: Structural): number;
  /** The kernel in plain TypeScript for items `begin` (inclusive) to `end` (exclusive). */
  reference(
    arrays: BindingArrays,
    uniforms: Uniforms,
    structural: Structural,
    begin: number,
    end: number,
  ): void;
  /** Arithmetic and traffic, for profiles and benchmarks. */
  work(uniforms: Uniforms, structural: Structural): Work;
  /** What the registry test runs: odd sizes, 1, empty ones, sizes past each tile. */
  cases(): readonly KernelCase[];
}

/** The type of {@linkcode Kernel.reference}. */
export type Reference = Kernel["reference"];

/** Names of the bindings that exist for these structural parameters, in binding order from 1. */
export function activeBindings(kernel: Kernel, structural: Structural): string[] {
  return Object.keys(kernel.bindings).filter((name) => {
    const { when } = kernel.bindings[name];
    return when === undefined || when(structural);
  });
}

/**
 * Lays out `count` workgroups in two dimensions, since one dimension ends at 65,535. The shader computes its index as
 * `workgroup_id.x + workgroup_id.y * num_workgroups.x` and returns if it is not below its count.
 */
export function grid(count: number): readonly [number, number, number] {
  if (count <= 65_535) return [Math.max(count, 1), 1, 1];
  return [65_535, Math.ceil(count / 65_535), 1];
}

/** Most iterations of all loops of an invocation: some drivers silently end them after 65,535. */
export const MOST_TURNS = 60_000;
