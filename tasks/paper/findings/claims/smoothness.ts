/**
 * §3.1 and Figure 1: what sharing does to the way from layer to layer.
 *
 * @module
 */
import type { CurveName } from "../../experiment.ts";
import { type Claim, minus, plus, type Score, type Test } from "../claim.ts";

function roughness(curve: CurveName, name: string, unit: string): Test {
  const score: Score = { kind: "curve", curve, feature: "roughness" };
  return {
    statistic: `mean change of the ${name} from layer to layer, BERT-large less ALBERT-large`,
    experiment: "figure-1",
    terms: [plus({ model: "bert-large" }, score), minus({ model: "albert-large" }, score)],
    unit,
    expect: { above: 0 },
  };
}

/** Transitions are smoother with sharing. */
export const SMOOTHNESS: Claim = {
  id: "smoothness",
  claim: "Transitions from layer to layer are smoother where the layers share their parameters.",
  source: "§3.1, Figure 1",
  tests: [
    roughness("layer_distance", "L2 distance", ""),
    roughness("layer_angle", "angle", "degrees"),
    {
      statistic: "angle between input and output of ALBERT's last layer (it does not converge)",
      experiment: "figure-1",
      terms: [
        plus({ model: "albert-large" }, { kind: "curve", curve: "layer_angle", feature: "end" }),
      ],
      unit: "degrees",
      expect: { above: 1 },
    },
  ],
};
