/**
 * §A.1 and Tables 11 and 13: more layers.
 *
 * @module
 */
import { type Claim, DOWNSTREAM, MLM, type Score, type Test } from "../claim.ts";
import { gainTest, growth, saturationTest } from "../saturation.ts";

function between(from: number, to: number) {
  return { from: { layers: from }, to: { layers: to } };
}

function saturation(score: Score, name: string): Test {
  const statistic = `gain in ${name} from 1 layer to 3 less the gain from 24 to 48`;
  return saturationTest("table-11", statistic, score, between(1, 3), between(24, 48));
}

function gain(score: Score, name: string): Test {
  return gainTest("table-11", `${name} with 12 layers less that with 1`, score, between(1, 12));
}

/** Depth saturates. */
export const DEPTH: Claim = {
  id: "depth",
  claim:
    "More shared layers help, but less and less: the last doubling brings less than the first layers.",
  source: "§A.1, Tables 11 and 13",
  tests: [
    saturation(DOWNSTREAM, "the downstream mean"),
    gain(DOWNSTREAM, "downstream mean"),
    saturation(MLM, "accuracy on masked words"),
    gain(MLM, "accuracy on masked words"),
    {
      statistic:
        "downstream mean of the widest model with 24 layers less that with 12 (half a point would be a help)",
      experiment: "table-13",
      terms: growth({ layers: 12 }, { layers: 24 }, DOWNSTREAM),
      unit: "points",
      expect: { below: 0.5 },
    },
  ],
};
