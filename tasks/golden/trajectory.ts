/**
 * The optimizer cases: twelve steps on one batch, with losses, gradient norms and final weights.
 *
 * @module
 */
import type { Device } from "../../src/device/mod.ts";
import { loadWeights, type PretrainingInput, readTensors } from "../../src/model/mod.ts";
import { PRETRAINING } from "../../src/pretraining/mod.ts";
import { Trainer } from "../../src/train/mod.ts";
import type { WritableTensor } from "../../src/weights/mod.ts";
import type { GoldenCase, Trajectory } from "./case.ts";
import { encoderInput, maskedTokens, pairNames } from "./forward.ts";

/** The result of a trajectory, under the keys of `trajectory.json`. */
export interface TrajectoryResult {
  readonly trajectory: Trajectory;
  readonly weights: Map<string, WritableTensor>;
}

/** Trains an optimizer case from its initial weights. */
export async function runTrajectory(device: Device, golden: GoldenCase): Promise<TrajectoryResult> {
  const expected = golden.trajectory!;
  const steps = expected.total_steps;
  // The reference trains in evaluation mode.
  const config = { ...golden.config, hiddenDropoutProb: 0, attentionProbsDropoutProb: 0 };
  const trainer = new Trainer(device, config, PRETRAINING, {
    seed: 0,
    schedule: {
      peakLearningRate: expected.peak_lr,
      warmupSteps: expected.warmup_steps,
      totalSteps: steps,
    },
    optimizer: {
      kind: expected.optimizer,
      beta1: expected.beta1,
      beta2: expected.beta2,
      epsilon: expected.epsilon,
      weightDecay: expected.weight_decay,
      maxGradientNorm: expected.clip_norm,
    },
    loggingSteps: steps,
  });
  try {
    loadWeights(trainer.model.parameters, golden.weights);
    const input = trajectoryInput(golden);
    const batch = {
      input,
      maskedCount: input.maskedPositions.length,
      pairCount: input.batch,
      firstRow: 0,
      tokens: input.batch * input.sequence,
    };
    while (trainer.step < steps) trainer.trainStep([batch]);
    const logs = await trainer.readLog();
    return {
      trajectory: {
        ...expected,
        learning_rates: logs.map(({ learningRate }) => learningRate),
        losses: logs.map(({ loss }) => loss),
        gradient_norms: logs.map(({ gradientNorm }) => gradientNorm),
      },
      weights: await readTensors(trainer.model.parameters),
    };
  } finally {
    trainer.free();
  }
}

function trajectoryInput({ batch }: GoldenCase): PretrainingInput {
  const { positions, labels } = maskedTokens(batch);
  const [, pairLabels] = pairNames(batch);
  return {
    ...encoderInput(batch),
    maskedPositions: positions,
    maskedLabels: labels,
    sentenceOrderLabels: batch.integers(pairLabels),
  };
}
