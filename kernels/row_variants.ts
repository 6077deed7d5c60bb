/**
 * Variants of the kernels that reduce along rows: a workgroup works on one row, and its invocations share what they have found either through subgroup
 * functions, the workgroup being one subgroup, or through workgroup memory. On CPU adapters barriers and workgroup memory are slow and a subgroup is always
 * best; a GPU keeps more lanes busy on a long row with a whole workgroup.
 *
 * @module
 */
import {
  type Capabilities,
  grid,
  type Structural,
  type Uniforms,
  type Variant,
  type VariantContext,
} from "./kernel.ts";
import { specialise } from "./template.ts";
import scalarText from "./wgsl/scalar.wgsl" with { type: "text" };
import subgroupText from "./wgsl/subgroup.wgsl" with { type: "text" };
import vectorText from "./wgsl/vector.wgsl" with { type: "text" };
import workgroupText from "./wgsl/workgroup.wgsl" with { type: "text" };

/** Longest row that one subgroup of a GPU is given. */
const SUBGROUP_COLUMNS = 2048;

/** Invocations that share a row through workgroup memory: a power of two. */
const WORKGROUP = 128;

/** Some drivers end all loops of an invocation after 65,535 turns, silently. */
const MOST_TURNS = 60_000;

/** Passes over a row that no kernel exceeds. */
const PASSES = 4;

/** What the rows are like. */
export interface RowShape {
  readonly rows: number;
  readonly columns: number;
  /** What must be a multiple of 4 for four elements at a time. */
  readonly multiples: readonly number[];
  /** How often a kernel's loops go along the row; 4 unless given. */
  readonly passes?: number;
}

/** Elements at a time: four where the shape allows it. */
const ANY_WIDTH = [4, 1];

/** One element at a time: for kernels that do not read rows as `Value`. */
export const SCALAR: readonly number[] = [1];

/** Four elements at a time, always. */
export const VECTOR: readonly number[] = [4];

/** Variants of the WGSL `texts`, which are written for `Value` and for `row_sum`, `row_max` and `row_min_index`. */
export function rowVariants(
  texts: readonly string[],
  shape: (uniforms: Uniforms, structural: Structural) => RowShape,
  widths: readonly number[] = ANY_WIDTH,
): readonly Variant[] {
  const fits = ({ uniforms, structural }: VariantContext, width: number, lanes: number) => {
    const { columns, multiples, passes = PASSES } = shape(uniforms, structural);
    return multiples.every((n) => n % width === 0) &&
      passes * columns / (width * lanes) <= MOST_TURNS;
  };
  const common = (sharing: string, width: number) => ({
    name: `${sharing} ${width > 1 ? "vector" : "scalar"}`,
    numerics: `${sharing} ${width > 1 ? "vector" : "scalar"}`,
    workgroups: ({ uniforms, structural }: VariantContext) =>
      grid(shape(uniforms, structural).rows),
    body: (structural: Structural, sharing: string): string =>
      specialise(
        [width > 1 ? vectorText : scalarText, sharing, ...texts].join("\n"),
        { ...structural, vector: width > 1 },
      ),
  });
  const subgroup = (width: number): Variant => {
    const { body, ...rest } = common("subgroup", width);
    return {
      ...rest,
      supports(context) {
        const { uniforms, structural, capabilities: { subgroupSize, cpuAdapter } } = context;
        return subgroupSize !== null && fits(context, width, subgroupSize) &&
          (cpuAdapter || shape(uniforms, structural).columns <= SUBGROUP_COLUMNS);
      },
      source: (structural, { subgroupDirective }) =>
        (subgroupDirective ? "enable subgroups;\n" : "") + body(structural, subgroupText),
      constants: (_, { subgroupSize }: Capabilities) => ({ LANES: subgroupSize! }),
    };
  };
  const workgroup = (width: number): Variant => {
    const { body, ...rest } = common("workgroup", width);
    return {
      ...rest,
      supports: (context) => fits(context, width, WORKGROUP),
      source: (structural) => body(structural, workgroupText),
      constants: () => ({ LANES: WORKGROUP }),
    };
  };
  return [subgroup, workgroup].flatMap((make) => widths.map((width) => make(width)));
}
