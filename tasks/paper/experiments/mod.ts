/**
 * All tables and figures of the paper, numbered as in its sixth version (ICLR 2020).
 *
 * @module
 */
import type { Experiment } from "../experiment.ts";
import { FIGURE_1 } from "./figure_1.ts";
import { FIGURE_2 } from "./figure_2.ts";
import { PILOT } from "./pilot.ts";
import { TABLE_1 } from "./table_1.ts";
import { TABLE_10 } from "./table_10.ts";
import { TABLE_11 } from "./table_11.ts";
import { TABLE_12 } from "./table_12.ts";
import { TABLE_13 } from "./table_13.ts";
import { TABLE_14 } from "./table_14.ts";
import { TABLE_2 } from "./table_2.ts";
import { TABLE_3 } from "./table_3.ts";
import { TABLE_4 } from "./table_4.ts";
import { TABLE_5 } from "./table_5.ts";
import { TABLE_6 } from "./table_6.ts";
import { TABLE_7 } from "./table_7.ts";
import { TABLE_8 } from "./table_8.ts";
import { TABLE_9 } from "./table_9.ts";

/** Tables 1 to 14, then Figures 1 and 2. */
export const EXPERIMENTS: readonly Experiment[] = [
  TABLE_1,
  TABLE_2,
  TABLE_3,
  TABLE_4,
  TABLE_5,
  TABLE_6,
  TABLE_7,
  TABLE_8,
  TABLE_9,
  TABLE_10,
  TABLE_11,
  TABLE_12,
  TABLE_13,
  TABLE_14,
  FIGURE_1,
  FIGURE_2,
];

/**
 * Finds experiments by name: `table-4`, `figure-1`, `pilot`, or `all` tables and figures.
 *
 * @throws {RangeError} If a name is unknown; the message lists the known ones.
 */
export function findExperiments(names: readonly string[]): readonly Experiment[] {
  const all = [...EXPERIMENTS, PILOT];
  const known = all.map(({ id }) => id);
  const unknown = names.find((name) => name !== "all" && !known.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(
      `Unknown experiment ${JSON.stringify(unknown)}; expected all, ${known.join(", ")}`,
    );
  }
  return all.filter((each) => names.includes(each.id) || names.includes("all") && each !== PILOT);
}
