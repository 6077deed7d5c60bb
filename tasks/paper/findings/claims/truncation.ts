/**
 * A control that the paper lacks: where a segment was cut to fit gives its place away.
 *
 * @module
 */
import { type Claim, minus, plus, type Test } from "../claim.ts";

function advantage(objective: "sop" | "nsp", name: string): Test {
  const row = { pairObjective: objective };
  return {
    statistic: `${name} accuracy on all pairs less that on pairs that needed no cut`,
    experiment: "table-5",
    terms: [
      plus(row, { kind: "intrinsic", metric: `${objective}_accuracy` }),
      minus(row, { kind: "intrinsic", metric: `${objective}_whole_accuracy` }),
    ],
    unit: "points",
    expect: { above: 0 },
  };
}

function aboveChance(): Test {
  return {
    statistic: "SOP accuracy on pairs that needed no cut, trained on SOP less on neither",
    experiment: "table-5",
    terms: [
      plus({ pairObjective: "sop" }, { kind: "intrinsic", metric: "sop_whole_accuracy" }),
      minus({ pairObjective: "none" }, { kind: "intrinsic", metric: "sop_whole_accuracy" }),
    ],
    unit: "points",
    expect: { above: 0 },
  };
}

/** Sentence order is learned from text, not from cuts. */
export const TRUNCATION: Claim = {
  id: "truncation",
  claim:
    "Sentence order is learned from what the sentences say, not only from which segment was cut to fit.",
  source: "Control of Table 5",
  control: true,
  tests: [
    aboveChance(),
    advantage("sop", "SOP"),
    advantage("nsp", "NSP"),
  ],
};
