/**
 * The default learning rate and warm-up, which depend on the width of the model and the batch size.
 *
 * Models of the paper's widths get the paper's values (§4.1): a rate of 0.00176 at a batch size of 4096, and a warm-up of 3,125 of
 * 125,000 steps. With these, small models remain at the loss of the unigram distribution. Rate and warm-up of the narrowest models are
 * those with which H = 128 learned fastest on books and Wikipedia (batches of 32 and 64 examples, 3,000 and 6,000 steps); see
 * `docs/pretraining.md`. In between, their logarithms change linearly with the logarithm of the width.
 *
 * @module
 */
import type { ModelConfig } from "../model/mod.ts";
import type { OptimizerKind } from "../optim/mod.ts";
import { PAPER_WIDTH } from "../train/mod.ts";

/** Widths between which the values are interpolated. */
const NARROW = 128, WIDE = PAPER_WIDTH;
/** Peak rates and the batch sizes that they are for. They increase with the square root of the batch size, as in the LAMB paper. */
const WIDE_RATE = { rate: 0.00176, batch: 4096 };
const NARROW_RATE: Readonly<Record<OptimizerKind, typeof WIDE_RATE>> = {
  lamb: { rate: 0.01, batch: 32 },
  adamw: { rate: 0.002, batch: 64 },
};
/** The highest rate of models narrower than the paper's: with 0.02, they learn less. */
const HIGHEST_RATE: Readonly<Record<OptimizerKind, number>> = { lamb: 0.014, adamw: 0.002 };
/** Shares of the steps. */
const WIDE_WARMUP = 0.025, NARROW_WARMUP = 0.15;

/** A learning rate and its warm-up. */
export interface DefaultSchedule {
  /** Peak learning rate. */
  readonly learningRate: number;
  /** Steps of linear warm-up. */
  readonly warmupSteps: number;
}

/**
 * Returns the default schedule of pretraining from scratch.
 *
 * @param steps optimizer steps
 * @param batchSize examples per optimizer step
 */
export function defaultSchedule(
  { hiddenSize }: Pick<ModelConfig, "hiddenSize">,
  { steps, batchSize, optimizer }: {
    readonly steps: number;
    readonly batchSize: number;
    readonly optimizer: OptimizerKind;
  },
): DefaultSchedule {
  const rateOf = ({ rate, batch }: typeof WIDE_RATE) => rate * Math.sqrt(batchSize / batch);
  // Without the rounding of an interpolation.
  if (hiddenSize >= WIDE) {
    return { learningRate: rateOf(WIDE_RATE), warmupSteps: Math.ceil(steps * WIDE_WARMUP) };
  }
  const share = Math.max(0, Math.log(hiddenSize / NARROW) / Math.log(WIDE / NARROW));
  const between = (narrow: number, wide: number) => narrow ** (1 - share) * wide ** share;
  const rate = between(rateOf(NARROW_RATE[optimizer]), rateOf(WIDE_RATE));
  return {
    learningRate: Math.min(rate, HIGHEST_RATE[optimizer]),
    warmupSteps: Math.ceil(steps * between(NARROW_WARMUP, WIDE_WARMUP)),
  };
}
