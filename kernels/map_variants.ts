/**
 * Variants of kernels whose invocations each compute one element, or four neighbors, independently.
 *
 * @module
 */
import * as common from "./common.wgsl.ts";
import { grid, MOST_TURNS, type Structural, type Uniforms, type Variant } from "./kernel.ts";
import { specialize } from "./wgsl.ts";

const WORKGROUP = 64;

/** Layout of the elements that a kernel writes: `rows` rows of `columns`. */
export interface MapShape {
  readonly rows: number;
  /** Lengths that must be multiples of 4 to compute four elements at a time. */
  readonly multiples: readonly number[];
  /** Elements of a row that are computed. */
  readonly columns: number;
  /** Iterations of an invocation's loop. */
  readonly turns?: number;
}

/** One way of traversing a shape. */
interface Walk {
  readonly name: string;
  /** Elements at a time. */
  readonly width: number;
  /** Neighboring groups of `width` that one invocation computes; absent if the WGSL has no `SPAN`. */
  readonly span?: number;
  readonly onlyCpuAdapters?: boolean;
  /** Invocations of a workgroup. */
  readonly workgroup?: number;
}

function variant(
  { name, width, span, onlyCpuAdapters = false, workgroup = WORKGROUP }: Walk,
  texts: readonly string[],
  shape: (uniforms: Uniforms) => MapShape,
): Variant {
  const constants: Record<string, number> = span === undefined
    ? { WORKGROUP: workgroup }
    : { WORKGROUP: workgroup, SPAN: span };
  const overrides = Object.keys(constants).map((constant) => `override ${constant}: u32;`);
  return {
    name,
    numerics: "exact order",
    tuning: { workgroup },
    unit: "Value",
    prefers: () => workgroup === WORKGROUP,
    supports: ({ uniforms, capabilities }) => {
      const { multiples, turns = 0 } = shape(uniforms);
      return (capabilities.cpuAdapter || !onlyCpuAdapters) &&
        workgroup <= capabilities.maxInvocationsPerWorkgroup &&
        multiples.every((n) => n % width === 0) && turns * (span ?? 1) <= MOST_TURNS;
    },
    body: (structural: Structural) =>
      specialize(
        [...overrides, width > 1 ? common.vector : common.scalar, ...texts].join("\n"),
        { ...structural, vector: width > 1 },
      ),
    constants: () => constants,
    workgroups: ({ uniforms }) => {
      const { rows, columns } = shape(uniforms);
      return grid(Math.ceil(rows * Math.ceil(columns / width / (span ?? 1)) / workgroup));
    },
  };
}

/**
 * Vector variants with two workgroup sizes and a scalar variant of the WGSL `texts`, which compute in `Value`, `vec4<f32>` or `f32`, and
 * whose `fn main(i: u32) {` gets the index of a `Value`.
 */
export function mapVariants(
  texts: readonly string[],
  shape: (uniforms: Uniforms) => MapShape,
): readonly Variant[] {
  const walks = [
    { name: "vector", width: 4 },
    { name: "vector large", width: 4, workgroup: 256 },
    { name: "scalar", width: 1 },
  ];
  return walks.map((walk) => variant(walk, texts, shape));
}

/**
 * Variants of WGSL whose invocations each go down `SPAN` columns (at most 4) of `Value`. On a CPU adapter an invocation takes 64 bytes of
 * every row, a whole cache line; on a GPU neighboring invocations share lines, and more invocations are faster.
 */
export function columnVariants(
  texts: readonly string[],
  shape: (uniforms: Uniforms) => MapShape,
): readonly Variant[] {
  const walks = [
    { name: "wide vector", width: 4, span: 4, onlyCpuAdapters: true },
    { name: "vector", width: 4, span: 1 },
    { name: "scalar", width: 1, span: 1 },
  ];
  return walks.map((walk) => variant(walk, texts, shape));
}

/** The shape of flat arrays of `count` elements. */
export function flat({ count }: Uniforms): MapShape {
  return { rows: 1, columns: count, multiples: [count] };
}
