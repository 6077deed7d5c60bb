/**
 * Variants of kernels that reduce along rows: a workgroup computes one row, and its invocations exchange partial results with subgroup
 * functions, the workgroup being one subgroup or several, or through workgroup memory alone. On CPU adapters barriers and workgroup memory are
 * slow and a subgroup is always fastest; a GPU keeps more lanes busy on a long row with a whole workgroup.
 *
 * @module
 */
import * as common from "./common.wgsl.ts";
import { type Capabilities, grid, MOST_TURNS } from "./kernel.ts";
import type { Structural, Uniforms, Variant } from "./kernel.ts";
import { specialize } from "./wgsl.ts";

/** Longest row that one subgroup of a GPU computes. */
const SUBGROUP_COLUMNS = 2048;

/** Upper bound on the passes of any kernel over a row. */
const PASSES = 4;

/** Number and length of the rows. */
export interface RowShape {
  readonly rows: number;
  readonly columns: number;
  /** Lengths that must be multiples of 4 to compute four elements at a time. */
  readonly multiples: readonly number[];
  /** Passes of the kernel's loops over a row; 4 by default. */
  readonly passes?: number;
}

/** How the invocations of a row exchange values. */
interface Sharing {
  readonly name: string;
  readonly text: string;
  /** Invocations per row. */
  lanes(capabilities: Capabilities): number;
  /** The lane of an invocation in its row; `lane_of(local)` if absent. */
  readonly lane?: string;
  /** Rows per workgroup. */
  readonly rows: number;
  supports(capabilities: Capabilities, shape: RowShape): boolean;
}

const SUBGROUP: Sharing = {
  name: "subgroup",
  text: common.subgroup,
  lanes: ({ subgroupSize }) => subgroupSize ?? 1,
  rows: 1,
  supports: ({ subgroupSize, cpuAdapter }, { columns }) =>
    subgroupSize !== null && (cpuAdapter || columns <= SUBGROUP_COLUMNS),
};

const INVOCATION: Sharing = {
  name: "invocation",
  text: common.invocation,
  lanes: () => 1,
  rows: 64,
  supports: ({ cpuAdapter }, { rows }) => cpuAdapter && rows > 1,
};

const SUBGROUPS: Sharing = {
  name: "subgroups",
  text: common.subgroups,
  lanes: () => 128,
  lane: "lane_of_subgroups(local, subgroup_size)",
  rows: 1,
  supports: canDivideRows,
};

/** Whether the subgroups of a workgroup can share a row. Their size may vary. */
export function canDivideRows(
  { minSubgroupSize, maxInvocationsPerWorkgroup }: Pick<
    Capabilities,
    "minSubgroupSize" | "maxInvocationsPerWorkgroup"
  >,
): boolean {
  return minSubgroupSize !== null && minSubgroupSize >= 4 && maxInvocationsPerWorkgroup >= 128;
}

const WORKGROUP: Sharing = {
  name: "workgroup",
  text: common.workgroup,
  lanes: () => 128,
  rows: 1,
  supports: () => true,
};

/** Options of {@linkcode rowVariants}. */
export interface RowOptions {
  /** Elements at a time, one variant each; 4 and 1 by default. */
  readonly widths?: readonly number[];
  /** Whether there is always exactly one row, so that `fn main(lane: u32) {` takes no row. */
  readonly oneRow?: boolean;
  /** Whether the WGSL has barriers, for which all invocations of a workgroup must compute the same row. */
  readonly barriers?: boolean;
}

const ROW = "row_of(group.x + group.y * grid.x, local)";

/** Names of the row's index, depending on the meaning of a row. */
const ROW_ARGUMENTS = { row: ROW, block: ROW, tensor: ROW };

/**
 * Variants of the WGSL `texts`, which compute in `Value` and exchange values with `row_sum`, `row_max` and `row_min_index`; their
 * `fn main(row: u32, lane: u32) {` gets the row and the lane of an invocation.
 */
export function rowVariants(
  texts: readonly string[],
  shape: (uniforms: Uniforms, structural: Structural) => RowShape,
  { widths = [4, 1], oneRow = false, barriers = false }: RowOptions = {},
): readonly Variant[] {
  const variant = (sharing: Sharing, width: number): Variant => {
    const name = `${sharing.name} ${width > 1 ? "vector" : "scalar"}`;
    const head = width > 1 ? common.vector : common.scalar;
    return {
      name,
      numerics: name,
      unit: "Value",
      arguments: { ...(oneRow ? {} : ROW_ARGUMENTS), lane: sharing.lane ?? "lane_of(local)" },
      supports({ uniforms, structural, capabilities }) {
        const rows = shape(uniforms, structural);
        const { columns, multiples, passes = PASSES } = rows;
        return multiples.every((n) => n % width === 0) &&
          passes * columns / (width * sharing.lanes(capabilities)) <= MOST_TURNS &&
          sharing.supports(capabilities, rows);
      },
      body: (structural) =>
        specialize([head, sharing.text, ...texts].join("\n"), { ...structural, vector: width > 1 }),
      constants: (_, capabilities) => ({ LANES: sharing.lanes(capabilities) }),
      workgroups: ({ uniforms, structural }) =>
        grid(Math.ceil(shape(uniforms, structural).rows / sharing.rows)),
    };
  };
  const sharings = oneRow || barriers
    ? [SUBGROUP, SUBGROUPS, WORKGROUP]
    : [SUBGROUP, INVOCATION, SUBGROUPS, WORKGROUP];
  return sharings.flatMap((sharing) => widths.map((width) => variant(sharing, width)));
}
