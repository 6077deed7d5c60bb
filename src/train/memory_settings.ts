/**
 * Settings that change how much memory a step takes and nothing of what it computes.
 *
 * @module
 */
import { type Recompute, RECOMPUTE_NAMES } from "../tensor/mod.ts";

/**
 * The name of something to recompute; `none` where nothing is said.
 *
 * @throws {RangeError} for any other name.
 */
export function checkedRecompute(name: string = "none"): Recompute {
  const found = RECOMPUTE_NAMES.find((known) => known === name);
  if (found === undefined) {
    throw new RangeError(`recompute must be ${RECOMPUTE_NAMES.join(", ")}, got ${name}`);
  }
  return found;
}
