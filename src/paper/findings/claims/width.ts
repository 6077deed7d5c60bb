/**
 * §A.1 and Table 12: wider layers.
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

/** What growing from one width to another brings. */
function growth(from: number, to: number, score: Score): Term[] {
  return [plus({ hiddenSize: to }, score), minus({ hiddenSize: from }, score)];
}

function saturation(score: Score, name: string): Test {
  const last = growth(4096, 6144, score).map((term) => ({ ...term, weight: -term.weight }));
  return {
    statistic: `gain in ${name} from H = 1024 to 2048 less the gain from 4096 to 6144`,
    experiment: "table-12",
    terms: [...growth(1024, 2048, score), ...last],
    unit: "points",
    expect: { above: 0 },
  };
}

function gain(score: Score, name: string): Test {
  return {
    statistic: `${name} with H = 4096 less that with 1024`,
    experiment: "table-12",
    terms: growth(1024, 4096, score),
    unit: "points",
    expect: { above: 0 },
  };
}

/** Width saturates. */
export const WIDTH: Claim = {
  id: "width",
  claim: "Wider layers help, but less and less: the last widening brings less than the first.",
  source: "§A.1, Table 12",
  tests: [
    saturation(DOWNSTREAM, "the downstream mean"),
    gain(DOWNSTREAM, "downstream mean"),
    saturation(MLM, "accuracy on masked words"),
    gain(MLM, "accuracy on masked words"),
  ],
};
