/**
 * §4.3 and Table 2: how fast a model goes through its data.
 *
 * @module
 */
import { type Claim, plus, type Test } from "../claim.ts";

function speedUp(model: "albert-large" | "albert-xxlarge", expect: Test["expect"]): Test {
  return {
    statistic: `data throughput of ${model.replace("albert", "ALBERT")} over BERT-large's`,
    experiment: "table-2",
    terms: [plus({ model }, { kind: "speed-up" })],
    unit: "times",
    expect,
  };
}

/** Less to compute and to send makes ALBERT-large faster; xxlarge is slower by its width. */
export const SPEED: Claim = {
  id: "speed",
  claim: "ALBERT-large goes through its data faster than BERT-large; xxlarge is slower.",
  source: "§4.3, Table 2",
  tests: [speedUp("albert-large", { above: 1 }), speedUp("albert-xxlarge", { below: 1 })],
};
