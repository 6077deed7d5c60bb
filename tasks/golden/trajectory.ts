/**
 * The optimizer cases: twelve steps on one batch, losses and gradient norms on the way, weights at the end.
 *
 * @module
 */
import { type Device, whole } from "../../src/device/mod.ts";
import {
  loadWeights,
  type PretrainingInput,
  PretrainingModel,
  readTensors,
} from "../../src/model/mod.ts";
import { learningRateAt, Optimizer } from "../../src/optim/mod.ts";
import { Tape } from "../../src/tensor/mod.ts";
import type { WritableTensor } from "../../src/weights/mod.ts";
import type { GoldenCase, Trajectory } from "./case.ts";
import { encoderInput, maskedTokens, pairNames } from "./forward.ts";

/** What following a trajectory gave, under the keys of `trajectory.json`. */
export interface TrajectoryResult {
  readonly trajectory: Trajectory;
  readonly weights: Map<string, WritableTensor>;
}

/** Follows an optimizer case from its first weights. */
export async function runTrajectory(device: Device, golden: GoldenCase): Promise<TrajectoryResult> {
  const expected = golden.trajectory!;
  const steps = expected.total_steps;
  const model = new PretrainingModel(device, golden.config);
  const optimizer = new Optimizer(model.parameters, {
    kind: expected.optimizer,
    beta1: expected.beta1,
    beta2: expected.beta2,
    epsilon: expected.epsilon,
    weightDecay: expected.weight_decay,
    maxGradientNorm: expected.clip_norm,
  }, steps);
  const metrics = device.allocate(2 * steps, "f32", "metrics");
  try {
    loadWeights(model.parameters, golden.weights);
    const input = trajectoryInput(golden);
    const schedule = {
      peakLearningRate: expected.peak_lr,
      warmupSteps: expected.warmup_steps,
      totalSteps: steps,
    };
    const learningRates = Array.from({ length: steps }, (_, i) => learningRateAt(schedule, i));
    for (let step = 0; step < steps; step++) {
      model.parameters.clearGradients();
      const tape = new Tape(device);
      const target = (lossSlot: number, count: number) => ({
        metrics: whole(metrics),
        lossSlot,
        scale: 1 / count,
      });
      model.loss({ device, tape }, input, {
        maskedLanguage: target(2 * step, input.maskedPositions.length),
        sentenceOrder: target(2 * step + 1, input.batch),
      });
      tape.backward();
      optimizer.step(learningRates[step], step);
      device.flush();
    }
    const losses = await device.read(whole(metrics));
    const { norms } = await optimizer.readLog();
    return {
      trajectory: {
        ...expected,
        learning_rates: learningRates,
        losses: learningRates.map((_, i) => losses[2 * i] + losses[2 * i + 1]),
        gradient_norms: [...norms],
      },
      weights: await readTensors(model.parameters),
    };
  } finally {
    model.parameters.free();
    optimizer.free();
    device.free(metrics);
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
