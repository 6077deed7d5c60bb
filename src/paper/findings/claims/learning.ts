/**
 * A control that the paper does not need: whether models of this size learn anything at all.
 *
 * @module
 */
import { type Claim, DOWNSTREAM, minus, MLM, plus } from "../claim.ts";

const TRAINED = { pairObjective: "sop", extraData: false } as const;

/** The models learn. */
export const LEARNING: Claim = {
  id: "learning",
  claim: "At this size pretraining teaches something: about words, and for what comes after.",
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
    {
      statistic: "downstream mean of the pretrained model less that of the same model untrained",
      experiment: "table-5",
      terms: [plus(TRAINED, DOWNSTREAM), minus({ ...TRAINED, steps: 0 }, DOWNSTREAM)],
      unit: "points",
      expect: { above: 0 },
    },
  ],
};
