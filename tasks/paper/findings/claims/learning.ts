/**
 * A control that the paper does not need: whether models of this size learn anything at all.
 *
 * @module
 */
import { type Claim, DOWNSTREAM, minus, MLM, plus, type Score, type Test } from "../claim.ts";

const TRAINED = { pairObjective: "sop", extraData: false } as const;

/** What pretraining adds to a score after finetuning. */
function gain(name: string, score: Score): Test {
  return {
    statistic: `${name} of the pretrained model less that of the same model untrained`,
    experiment: "table-5",
    terms: [plus(TRAINED, score), minus({ ...TRAINED, steps: 0 }, score)],
    unit: "points",
    expect: { above: 0 },
  };
}

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
    gain("downstream mean", DOWNSTREAM),
    gain("SQuAD1.1", { kind: "downstream", benchmarks: ["squad-1.1"] }),
    gain("SST-2", { kind: "downstream", benchmarks: ["sst-2"] }),
  ],
};
