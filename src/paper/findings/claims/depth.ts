/**
 * §A.1 and Tables 11 and 13: more layers.
 *
 * @module
 */
import {
  type Claim,
  DOWNSTREAM,
  minus,
  MLM,
  plus,
  type Score,
  type Term,
  type Test,
} from "../claim.ts";

/** What growing from one depth to another brings. */
function growth(from: number, to: number, score: Score): Term[] {
  return [plus({ layers: to }, score), minus({ layers: from }, score)];
}

function saturation(score: Score, name: string): Test {
  const last = growth(24, 48, score).map((term) => ({ ...term, weight: -term.weight }));
  return {
    statistic: `gain in ${name} from 1 layer to 3 less the gain from 24 to 48`,
    experiment: "table-11",
    terms: [...growth(1, 3, score), ...last],
    unit: "points",
    expect: { above: 0 },
  };
}

function gain(score: Score, name: string): Test {
  return {
    statistic: `${name} with 12 layers less that with 1`,
    experiment: "table-11",
    terms: growth(1, 12, score),
    unit: "points",
    expect: { above: 0 },
  };
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
      terms: growth(12, 24, DOWNSTREAM),
      unit: "points",
      expect: { below: 0.5 },
    },
  ],
};
