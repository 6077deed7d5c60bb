/**
 * §4.5 and Table 4: sharing everything.
 *
 * @module
 */
import { type Claim, DOWNSTREAM, minus, MLM, plus, type Score, type Test } from "../claim.ts";

function cost(embeddingSize: number, score: Score, name: string): Test {
  return {
    statistic: `${name} with nothing shared less that with everything shared, E = ${embeddingSize}`,
    experiment: "table-4",
    terms: [
      plus({ share: "none", embeddingSize }, score),
      minus({ share: "all", embeddingSize }, score),
    ],
    unit: "points",
    expect: { above: 0 },
  };
}

/** Sharing all parameters costs something. */
export const FULL_SHARING: Claim = {
  id: "full-sharing",
  claim: "Sharing all parameters between layers costs accuracy at the same depth and width.",
  source: "§4.5, Table 4",
  tests: [
    cost(128, DOWNSTREAM, "downstream mean"),
    cost(768, DOWNSTREAM, "downstream mean"),
    cost(128, MLM, "accuracy on masked words"),
    cost(768, MLM, "accuracy on masked words"),
  ],
};
