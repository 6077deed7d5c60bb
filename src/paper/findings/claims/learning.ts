/**
 * A control that the paper does not need: whether models of this size learn anything at all.
 *
 * @module
 */
import { type Claim, MLM, plus } from "../claim.ts";

const TRAINED = { pairObjective: "sop", extraData: false } as const;

/** The models learn. */
export const LEARNING: Claim = {
  id: "learning",
  claim: "At this size pretraining teaches the models something.",
  source: "Control of Table 5",
  control: true,
  tests: [
    {
      statistic: "accuracy on masked words over always guessing the commonest one",
      experiment: "table-5",
      terms: [plus(TRAINED, { ...MLM, over: "unigram_accuracy" })],
      unit: "points",
      expect: { above: 0 },
    },
  ],
};
