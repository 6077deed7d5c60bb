/**
 * §A.1 and Table 12: wider layers.
 *
 * @module
 */
import { type Claim, DOWNSTREAM, MLM, type Score, type Test } from "../claim.ts";
import { gainTest, saturationTest } from "../saturation.ts";

function between(from: number, to: number) {
  return { from: { hiddenSize: from }, to: { hiddenSize: to } };
}

function saturation(score: Score, name: string): Test {
  const statistic = `gain in ${name} from H = 1024 to 2048 less the gain from 4096 to 6144`;
  return saturationTest("table-12", statistic, score, between(1024, 2048), between(4096, 6144));
}

function gain(score: Score, name: string): Test {
  return gainTest(
    "table-12",
    `${name} with H = 4096 less that with 1024`,
    score,
    between(1024, 4096),
  );
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
