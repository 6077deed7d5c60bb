/**
 * §4.8, Table 8 and Figure 2: training without dropout.
 *
 * @module
 */
import { type Claim, DOWNSTREAM, minus, MLM, plus, type Score, type Test } from "../claim.ts";

const CURVE_END: Score = { kind: "curve", curve: "mlm_accuracy", feature: "end" };

function gain(experiment: string, score: Score, name: string, steps?: number): Test {
  const row = (dropout: number) => ({
    ...{ model: "albert-xxlarge" as const, extraData: true, dropout },
    ...(steps !== undefined && { steps }),
  });
  return {
    statistic: `${name} without dropout less that with dropout`,
    experiment,
    terms: [plus(row(0), score), minus(row(0.1), score)],
    unit: "points",
    expect: { above: 0 },
  };
}

/** No dropout is better for MLM. */
export const DROPOUT: Claim = {
  id: "dropout",
  claim: "Removing dropout raises the accuracy on masked words.",
  source: "§4.8, Table 8, Figure 2b",
  tests: [
    gain("table-8", MLM, "accuracy on masked words"),
    gain("figure-2", CURVE_END, "accuracy on masked words where the curves end,", 1_500_000),
    gain("table-8", DOWNSTREAM, "downstream mean"),
  ],
};
