/**
 * §4.7, Table 7 and Figure 2: more text.
 *
 * @module
 */
import { type Claim, DOWNSTREAM, minus, plus, type Score, type Test } from "../claim.ts";

const CURVE_END: Score = { kind: "curve", curve: "mlm_accuracy", feature: "end" };

function gain(experiment: string, score: Score, name: string, rest: object = {}): Test {
  return {
    statistic: `${name} with additional data less that without`,
    experiment,
    terms: [plus({ extraData: true, ...rest }, score), minus({ extraData: false, ...rest }, score)],
    unit: "points",
    expect: { above: 0 },
  };
}

/** More data is better. */
export const EXTRA_DATA: Claim = {
  id: "extra-data",
  claim: "Additional pretraining text raises the accuracy on masked words and on most tasks.",
  source: "§4.7, Table 7, Figure 2a",
  tests: [
    gain("figure-2", CURVE_END, "accuracy on masked words where the curves end,", {
      steps: 550_000,
      dropout: 0.1,
    }),
    gain("table-7", DOWNSTREAM, "downstream mean"),
  ],
};
