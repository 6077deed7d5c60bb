/**
 * Variants of the kernels that reduce along rows: a workgroup works on one row, and its invocations share what they have found either through subgroup
 * functions, the workgroup being one subgroup, or through workgroup memory. On CPU adapters barriers and workgroup memory are slow and a subgroup is always
 * best; a GPU keeps more lanes busy on a long row with a whole workgroup.
 *
 * @module
 */
import { type Capabilities, grid, type Structural, type Uniforms, type Variant } from "./kernel.ts";
import { specialize } from "./template.ts";
import {
  invocation as invocationText,
  scalar as scalarText,
  subgroup as subgroupText,
  vector as vectorText,
  workgroup as workgroupText,
} from "./common.wgsl.ts";

/** Longest row that one subgroup of a GPU is given. */
const SUBGROUP_COLUMNS = 2048;

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

/** How the invocations of a row find each other. */
interface Sharing {
  readonly name: string;
  readonly text: string;
  /** Invocations that share a row. */
  lanes(capabilities: Capabilities): number;
  /** Rows of one workgroup. */
  readonly rows: number;
  supports(capabilities: Capabilities, shape: RowShape): boolean;
}

const SUBGROUP: Sharing = {
  name: "subgroup",
  text: subgroupText,
  lanes: ({ subgroupSize }) => subgroupSize ?? 1,
  rows: 1,
  supports: ({ subgroupSize, cpuAdapter }, { columns }) =>
    subgroupSize !== null && (cpuAdapter || columns <= SUBGROUP_COLUMNS),
};

const INVOCATION: Sharing = {
  name: "invocation",
  text: invocationText,
  lanes: () => 1,
  rows: 64,
  supports: ({ cpuAdapter }, { rows }) => cpuAdapter && rows > 1,
};

const WORKGROUP: Sharing = {
  name: "workgroup",
  text: workgroupText,
  lanes: () => 128,
  rows: 1,
  supports: () => true,
};

/** What a kernel asks of its variants. */
export interface RowOptions {
  /** Elements at a time; four, or one where the shape asks for it, unless given. */
  readonly widths?: readonly number[];
  /** Whether there is only ever one row, whose WGSL does not ask which it has. */
  readonly oneRow?: boolean;
}

/** Variants of the WGSL `texts`, which are written for `Value`, `row_of`, `lane_of` and `row_sum`, `row_max`, `row_min_index`. */
export function rowVariants(
  texts: readonly string[],
  shape: (uniforms: Uniforms, structural: Structural) => RowShape,
  { widths = [4, 1], oneRow = false }: RowOptions = {},
): readonly Variant[] {
  const variant = (sharing: Sharing, width: number): Variant => {
    const name = `${sharing.name} ${width > 1 ? "vector" : "scalar"}`;
    const head = width > 1 ? vectorText : scalarText;
    return {
      name,
      numerics: name,
      supports({ uniforms, structural, capabilities }) {
        const rows = shape(uniforms, structural);
        const { columns, multiples, passes = PASSES } = rows;
        return multiples.every((n) => n % width === 0) &&
          passes * columns / (width * sharing.lanes(capabilities)) <= MOST_TURNS &&
          sharing.supports(capabilities, rows);
      },
      source: (structural, { subgroupDirective }) =>
        (sharing === SUBGROUP && subgroupDirective ? "enable subgroups;\n" : "") +
        specialize([head, sharing.text, ...texts].join("\n"), { ...structural, vector: width > 1 }),
      constants: (_, capabilities) => ({ LANES: sharing.lanes(capabilities) }),
      workgroups: ({ uniforms, structural }) =>
        grid(Math.ceil(shape(uniforms, structural).rows / sharing.rows)),
    };
  };
  const sharings = oneRow ? [SUBGROUP, WORKGROUP] : [SUBGROUP, INVOCATION, WORKGROUP];
  return sharings.flatMap((sharing) => widths.map((width) => variant(sharing, width)));
}
