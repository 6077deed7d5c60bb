/**
 * §4.4 and Table 6: the same training time.
 *
 * @module
 */
import { type Claim, DOWNSTREAM, minus, MLM, plus, type Score, type Test } from "../claim.ts";

function difference(score: Score, name: string): Test {
  return {
    statistic: `${name} of ALBERT-xxlarge less that of BERT-large, trained for the same time`,
    experiment: "table-6",
    terms: [plus({ model: "albert-xxlarge" }, score), minus({ model: "bert-large" }, score)],
    unit: "points",
    expect: { above: 0 },
  };
}

/** xxlarge is better for the same time. */
export const EQUAL_TIME: Claim = {
  id: "equal-time",
  claim: "Trained for the same time, ALBERT-xxlarge is better than BERT-large.",
  source: "§4.4, Table 6",
  tests: [
    difference(DOWNSTREAM, "downstream mean"),
    difference(MLM, "accuracy on masked words"),
  ],
};
