/**
 * Variants of the kernels whose invocations each compute one element, or four neighbors, by themselves.
 *
 * @module
 */
import { grid, type Structural, type Uniforms, type Variant } from "./kernel.ts";
import { specialize } from "./template.ts";
import { scalar, vector } from "./common.wgsl.ts";

const WORKGROUP = 64;

/** How the elements that a kernel writes are laid out: `rows` rows of `columns`, each row at a multiple of `pitch`. */
export interface MapShape {
  readonly rows: number;
  /** What must be a multiple of 4 for four elements at a time. */
  readonly multiples: readonly number[];
  /** Elements of a row that are computed. */
  readonly columns: number;
  /** Turns of an invocation's loop. */
  readonly turns?: number;
}

/** Some drivers end all loops of an invocation after 65,535 turns, silently. */
const MOST_TURNS = 60_000;

/** One way of walking a shape. */
interface Walk {
  readonly name: string;
  /** Elements at a time. */
  readonly width: number;
  /** Neighboring groups of `width` that one invocation computes; absent where the WGSL knows no `SPAN`. */
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
  return {
    name,
    numerics: "exact order",
    tuning: { workgroup },
    prefers: () => workgroup === WORKGROUP,
    supports: ({ uniforms, capabilities }) => {
      const { multiples, turns = 0 } = shape(uniforms);
      return (capabilities.cpuAdapter || !onlyCpuAdapters) &&
        workgroup <= capabilities.maxInvocationsPerWorkgroup &&
        multiples.every((n) => n % width === 0) && turns * (span ?? 1) <= MOST_TURNS;
    },
    source: (structural: Structural) =>
      specialize([width > 1 ? vector : scalar, ...texts].join("\n"), {
        ...structural,
        vector: width > 1,
      }),
    constants: () => constants,
    workgroups: ({ uniforms }) => {
      const { rows, columns } = shape(uniforms);
      return grid(Math.ceil(rows * Math.ceil(columns / width / (span ?? 1)) / workgroup));
    },
  };
}

/** Vector variants of two workgroup sizes and a scalar one of the WGSL `texts`, which are written for `Value`, be it `vec4<f32>` or `f32`. */
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
 * Variants for WGSL whose invocations each go down a column, written for `Value` and `SPAN` (4 at most): on a CPU adapter an invocation takes 64 bytes of every
 * row, a whole cache line; on a GPU neighboring invocations share lines and more of them are better.
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
