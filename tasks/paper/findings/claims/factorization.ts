/**
 * §3.1 and Table 3: small embeddings.
 *
 * @module
 */
import type { Share } from "../../../../src/model/mod.ts";
import { type Claim, DOWNSTREAM, minus, MLM, plus, type Score, type Test } from "../claim.ts";

/** What "little" means: a point. The paper's own loss is 0.6. */
const MARGIN = -1;

function loss(share: Share, shared: string, score: Score, name: string): Test {
  const row = (embeddingSize: number) => ({ model: "albert-base", share, embeddingSize } as const);
  return {
    statistic: `${name} with E = 128 less that with E = H, ${shared}`,
    experiment: "table-3",
    terms: [plus(row(128), score), minus(row(768), score)],
    unit: "points",
    expect: { above: MARGIN },
  };
}

/** Factorized embeddings cost little. */
export const FACTORIZATION: Claim = {
  id: "factorization",
  claim: "Factorizing the embeddings costs little: E = 128 is within a point of E = H.",
  source: "§3.1, Table 3",
  tests: [
    loss("none", "layers not shared", DOWNSTREAM, "downstream mean"),
    loss("all", "layers shared", DOWNSTREAM, "downstream mean"),
    loss("none", "layers not shared", MLM, "accuracy on masked words"),
    loss("all", "layers shared", MLM, "accuracy on masked words"),
  ],
};
