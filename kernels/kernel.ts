/**
 * What a kernel is: a typed signature, WGSL variants that compute it on a GPU, and a reference that says the same in
 * plain TypeScript.
 *
 * Three kinds of value reach a kernel, by how often they change:
 * - **structural** parameters change what is computed (a transpose, an epilogue); each combination is its own pipeline;
 * - **uniforms** are sizes and scalars that travel in a uniform block; a new size never compiles a new pipeline;
 * - **tuning** (tiles, workgroups, operand paths) lives inside a variant and never changes the meaning.
 *
 * @module
 */

/** Element type of a binding. */
export type ElementType = "f32" | "u32";

/** How a kernel touches a binding. */
export type Access = "read" | "read_write";

/** One storage binding of a kernel. */
export interface BindingSignature {
  /** What its elements are. */
  readonly type: ElementType;
  /** Whether the kernel writes it. */
  readonly access: Access;
  /** Whether a word of it is two numbers of half precision. */
  readonly halves?: true;
  /** Says for which structural parameters the binding exists; absent means always. */
  readonly when?: (structural: Structural) => boolean;
}

/** Value of one structural parameter. */
export type StructuralValue = string | number | boolean;

/** Structural parameters of one run, by name. */
export type Structural = Readonly<Record<string, StructuralValue>>;

/** Uniform values of one run, by name. */
export type Uniforms = Readonly<Record<string, number>>;

/** Numbers as a reference sees them: float32 on the CPU device, float64 for finite differences. */
export type NumberArray = Float32Array | Float64Array;

/** What a reference gets for each binding that exists. */
// deno-lint-ignore no-explicit-any -- a reference knows its own signature: f32 bindings are NumberArray, u32 are Uint32Array
export type BindingArrays = Readonly<Record<string, any>>;

/** What the adapter under a variant can do. */
export interface Capabilities {
  /** Size of every subgroup where the adapter's minimum and maximum agree, else null. */
  readonly subgroupSize: number | null;
  /** Whether a shader must say `enable subgroups;` (browsers) or must not (Deno). */
  readonly subgroupDirective: boolean;
  /** Whether shaders may compute in 16-bit floats. */
  readonly shaderF16: boolean;
  /** Whether the adapter runs on the CPU (a software Vulkan driver). */
  readonly cpuAdapter: boolean;
  /** Whether `texture_storage_2d` of {@linkcode TexelFormat} can be bound to be read. */
  readonly readableStorageTextures: boolean;
  /** Longest side of a texture, in texels. */
  readonly maxTextureSide: number;
  /** Memory that the invocations of a workgroup may share. */
  readonly maxWorkgroupStorageBytes: number;
  /** Most invocations in a workgroup. */
  readonly maxInvocationsPerWorkgroup: number;
}

/** What a variant is asked about. */
export interface VariantContext {
  /** Structural parameters of the run. */
  readonly structural: Structural;
  /** Uniforms of the run. */
  readonly uniforms: Uniforms;
  /** The adapter. */
  readonly capabilities: Capabilities;
}

/** What four neighbors of a row become in a texture: float32, or halves that lie two to a word. */
export type TexelFormat = "rgba32float" | "rgba16float";

/** Rows of a buffer that is copied to a texture start at multiples of so many bytes. */
const ROW_BYTES = 256;

/** Bytes of one element of a texel. */
export function elementBytes(format: TexelFormat): number {
  return format === "rgba32float" ? 4 : 2;
}

/** The pitch of a matrix that is copied to a texture is a multiple of so many elements. */
export function pitchUnit(format: TexelFormat): number {
  return ROW_BYTES / elementBytes(format);
}

/**
 * A matrix inside a binding that the device copies to a texture before the run; an element is a number, whatever holds it. Row `r` of the matrix starts
 * at element `offset + r * pitch` of the view. Rows beyond `maxTextureSide` go on in the next column block: row `r` is
 * texture row `r % side` and its texels start at column `floor(r / side) * blockWidth`, where `side` is
 * `min(rows, maxTextureSide)` and `blockWidth` is `columns / 4 + padTexels`.
 */
export interface TextureOperand {
  /** What its texels are. */
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

/** One way of computing a kernel on a GPU. */
export interface Variant {
  /** Names it among the variants of its kernel. */
  readonly name: string;
  /** Class of the order of accumulation: variants of one class agree bit for bit. */
  readonly numerics: string;
  /**
   * Tuning parameters, as a tile's rows: they make it faster or slower, never other bits. The variants of a kernel that name the same parameters span the space that
   * a tuner explores.
   */
  readonly tuning?: Readonly<Record<string, number>>;
  /** Whether this variant can compute the run on this adapter. */
  supports(context: VariantContext): boolean;
  /** Whether it is likely the best at these sizes, for a device that has not measured; absent means yes. */
  prefers?(context: VariantContext): boolean;
  /** The whole WGSL text; its entry point is `main`, its uniform block is `@group(0) @binding(0)`, its storage bindings follow
   * from 1 in the order of the signature, those that do not exist left out without a gap. */
  source(structural: Structural, capabilities: Capabilities): string;
  /** Values for the WGSL's override constants. */
  constants?(structural: Structural, capabilities: Capabilities): Readonly<Record<string, number>>;
  /** Workgroups to dispatch; no dimension above 65,535. */
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
  /** Contents of a binding where random normals (f32) or zeros (u32) will not do. */
  readonly fill?: Readonly<
    Record<string, (length: number, random: () => number) => ArrayLike<number>>
  >;
  /** Elements of a binding beyond the shape rule's least: a table that indices point into. */
  readonly lengths?: Readonly<Record<string, number>>;
  /** Bound on |a−b| / (|b| + scale) against the reference, where the family's own is not meant. */
  readonly tolerance?: number;
}

/** Arithmetic and traffic of one run. */
export interface Work {
  /** Floating-point operations. */
  readonly flops: number;
  /** Bytes read and written at least. */
  readonly bytes: number;
}

/** A kernel: signature, variants, reference. */
export interface Kernel {
  /** `family.function`, as `layer_norm.forward`. */
  readonly name: string;
  /** Storage bindings in order. */
  readonly bindings: Readonly<Record<string, BindingSignature>>;
  /** Fields of the uniform block in order. */
  readonly uniforms: Readonly<Record<string, "u32" | "f32">>;
  /** Structural parameters and the values each may take. */
  readonly structural: Readonly<Record<string, readonly StructuralValue[]>>;
  /** Best first: a device takes the first that supports a run and prefers it, unless it has measured otherwise. */
  readonly variants: readonly Variant[];
  /** Uniforms that are sizes: runs whose sizes are alike share what a tuner finds. A kernel without is never tuned. */
  readonly sizes?: readonly string[];
  /** What all elements of a binding of integers usually are, for a tuner, which has none of its own; zero where absent. */
  usual?(uniforms: Uniforms): Readonly<Record<string, number>>;
  /**
   * Least number of elements of each binding (the shape rule); checked before every run. A binding that is left out, such as a table that indices point into,
   * is shown as far as its view goes.
   */
  lengths(uniforms: Uniforms, structural: Structural): Readonly<Record<string, number>>;
  /** How many independent items the reference can be divided into (rows, usually). */
  items(uniforms: Uniforms, structural: Structural): number;
  /** The kernel in plain TypeScript for items `begin` (inclusive) to `end` (exclusive). */
  reference(
    arrays: BindingArrays,
    uniforms: Uniforms,
    structural: Structural,
    begin: number,
    end: number,
  ): void;
  /** Arithmetic and traffic, for profiles and benches. */
  work(uniforms: Uniforms, structural: Structural): Work;
  /** Odd shapes, ones, empties, sizes past each tile: what the registry test runs. */
  cases(): readonly KernelCase[];
}

/** Names of the bindings that exist for these structural parameters, in binding order from 1. */
export function activeBindings(kernel: Kernel, structural: Structural): string[] {
  return Object.keys(kernel.bindings).filter((name) => {
    const { when } = kernel.bindings[name];
    return when === undefined || when(structural);
  });
}

/**
 * Workgroups for `count` of them laid out in two dimensions, since one dimension ends at 65,535. A shader finds its index as
 * `workgroup_id.x + workgroup_id.y * num_workgroups.x` and leaves when it is not below its count.
 */
export function grid(count: number): readonly [number, number, number] {
  if (count <= 65_535) return [Math.max(count, 1), 1, 1];
  return [65_535, Math.ceil(count / 65_535), 1];
}
