/**
 * §4.5 and Table 4: which half of a layer may be shared.
 *
 * @module
 */
import { type Claim, DOWNSTREAM, minus, MLM, plus, type Score, type Test } from "../claim.ts";

function difference(embeddingSize: number, score: Score, name: string): Test {
  const row = (share: "attention" | "ffn") => ({ share, embeddingSize });
  return {
    statistic:
      `${name} with attention shared less that with feed-forward shared, E = ${embeddingSize}`,
    experiment: "table-4",
    terms: [plus(row("attention"), score), minus(row("ffn"), score)],
    unit: "points",
    expect: { above: 0 },
  };
}

/** Sharing the feed-forward half is what costs. */
export const FFN_SHARING: Claim = {
  id: "ffn-sharing",
  claim: "Sharing the feed-forward parameters costs more than sharing the attention parameters.",
  source: "§4.5, Table 4",
  tests: [
    difference(128, DOWNSTREAM, "downstream mean"),
    difference(768, DOWNSTREAM, "downstream mean"),
    difference(128, MLM, "accuracy on masked words"),
    difference(768, MLM, "accuracy on masked words"),
  ],
};
