/**
 * §4.6 and Table 5: sentence order for what comes after.
 *
 * @module
 */
import { type Claim, minus, plus, type Score, type Test } from "../claim.ts";

/** Tasks whose inputs are several sentences. */
const MULTI_SENTENCE: Score = {
  kind: "downstream",
  benchmarks: ["squad-1.1", "squad-2.0", "mnli", "race"],
};

function gain(over: "nsp" | "none", name: string): Test {
  return {
    statistic: `mean over multi-sentence tasks with sentence order less that with ${name}`,
    experiment: "table-5",
    terms: [
      plus({ pairObjective: "sop" }, MULTI_SENTENCE),
      minus({ pairObjective: over }, MULTI_SENTENCE),
    ],
    unit: "points",
    expect: { above: 0 },
  };
}

/** SOP helps multi-sentence tasks. */
export const SOP_DOWNSTREAM: Claim = {
  id: "sop-downstream",
  claim: "Learning sentence order helps tasks that read several sentences.",
  source: "§4.6, Table 5",
  tests: [gain("nsp", "next-sentence prediction"), gain("none", "no sentence loss")],
};
