/**
 * From an effect and its interval to a verdict.
 *
 * @module
 */
import type { Estimate } from "../statistics/mod.ts";
import type { Expectation } from "./claim.ts";

/** Whether the paper's claim holds here. `not resolved`: the interval leaves both possible, or there is none. */
export type Verdict = "reproduced" | "opposite" | "not resolved";

/** The whole interval on the expected side: reproduced. On the other: opposite. An end that only touches the border resolves nothing. */
export function judge({ interval }: Estimate, expectation: Expectation): Verdict {
  if (interval === null) return "not resolved";
  const above = "above" in expectation;
  const border = above ? expectation.above : expectation.below;
  if (interval.low > border) return above ? "reproduced" : "opposite";
  if (interval.high < border) return above ? "opposite" : "reproduced";
  return "not resolved";
}
