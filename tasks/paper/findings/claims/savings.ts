/**
 * §3.2 and Table 1: fewer parameters, less to send.
 *
 * @module
 */
import { type Claim, minus, plus, type Score, type Test } from "../claim.ts";

const PARAMETERS: Score = { kind: "parameters" };
const TRAFFIC: Score = { kind: "traffic" };

function times(
  model: "albert-large" | "albert-xxlarge",
  score: Score,
  name: string,
  expect: Test["expect"],
): Test {
  return {
    statistic: `BERT-large's ${name} over ${model.replace("albert", "ALBERT")}'s`,
    experiment: "table-1",
    terms: [plus({ model: "bert-large" }, score), minus({ model }, score)],
    ratio: true,
    unit: "times",
    expect,
  };
}

/** Parameters and communication are saved. */
export const SAVINGS: Claim = {
  id: "savings",
  claim:
    "ALBERT-large has about 18 times fewer parameters than BERT-large, and as many times fewer gradients to sum over devices.",
  source: "§3.2, Table 1",
  tests: [
    // "About 18" is what rounds to 18 or more; 1.4 is the paper's 70%.
    times("albert-large", PARAMETERS, "parameters", { above: 17.5 }),
    times("albert-large", TRAFFIC, "gradient bytes a step", { above: 17.5 }),
    times("albert-xxlarge", PARAMETERS, "parameters", { above: 1.4 }),
    times("albert-xxlarge", TRAFFIC, "gradient bytes a step", { above: 1.4 }),
  ],
};
