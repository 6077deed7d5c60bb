/**
 * One pretraining step, from ids to updated weights: how long it takes, where the time goes, how much memory it needs.
 *
 * @module
 */
import { type Device, type KernelProfile, openDevice } from "../src/device/mod.ts";
import {
  ALBERT_DEFAULTS,
  initialise,
  type ModelConfig,
  presetConfig,
  type PretrainingInput,
  PretrainingModel,
} from "../src/model/mod.ts";
import { Optimizer, OPTIMIZER_DEFAULTS } from "../src/optim/mod.ts";
import { DropoutRandom, Tape } from "../src/tensor/mod.ts";
import { MetricSlots } from "../src/train/mod.ts";

/** Options of {@linkcode benchStep}. */
export interface StepBenchOptions {
  readonly device: "auto" | "webgpu" | "cpu";
  /** A preset's name, or `reference`: E 128, H 256, 4 heads, 4 layers, FFN 1024, 30,000 pieces. */
  readonly config: string;
  readonly batch: number;
  readonly sequence: number;
  /** Steps that are timed, after one that compiles. */
  readonly steps: number;
}

/** Where a step's time goes, in milliseconds. */
export interface StepBench {
  readonly kind: "webgpu" | "cpu";
  readonly adapter: string;
  readonly config: string;
  readonly batch: number;
  readonly sequence: number;
  /** Median over the steps, waiting included. */
  readonly milliseconds: number;
  /** Of it, what the host took to record the step. */
  readonly recordMilliseconds: number;
  readonly tokensPerSecond: number;
  readonly gigaflopsPerSecond: number;
  readonly peakBytes: number;
  /** Kernel runs in one step. */
  readonly runs: number;
  /** Time by kernel and variant in one profiled step, longest first. */
  readonly kernels: readonly KernelProfile[];
}

/** The model that the issue tracker's figures are about. */
const REFERENCE: ModelConfig = {
  ...ALBERT_DEFAULTS,
  ...{ hiddenSize: 256, numHiddenLayers: 4, numAttentionHeads: 4, intermediateSize: 1024 },
};

/** Share of tokens that are predicted. */
const MASKED_SHARE = 0.15;

/** Times training steps on made-up ids. */
export async function benchStep(options: StepBenchOptions): Promise<StepBench> {
  const { batch, sequence, steps } = options;
  const config = options.config === "reference" ? REFERENCE : presetConfig(options.config);
  const device = await openDevice({ device: options.device });
  try {
    const step = preparedStep(device, config, batch, sequence);
    step();
    await device.settled();
    const times: number[] = [];
    const recording: number[] = [];
    for (let i = 0; i < steps; i++) {
      const start = performance.now();
      recording.push(step() - start);
      await device.settled();
      times.push(performance.now() - start);
    }
    device.startProfile();
    step();
    const kernels = await device.endProfile();
    const milliseconds = median(times);
    const flops = kernels.reduce((sum, kernel) => sum + kernel.flops, 0);
    return {
      kind: device.description.kind,
      adapter: device.description.adapter,
      ...{ config: options.config, batch, sequence, milliseconds, kernels },
      recordMilliseconds: median(recording),
      tokensPerSecond: batch * sequence / milliseconds * 1000,
      gigaflopsPerSecond: flops / milliseconds / 1e6,
      peakBytes: device.memory().peakBytes,
      runs: kernels.reduce((sum, kernel) => sum + kernel.calls, 0),
    };
  } finally {
    await device.destroy();
  }
}

/** A function that records and starts one step, and says when recording ended. */
function preparedStep(
  device: Device,
  config: ModelConfig,
  batch: number,
  sequence: number,
): () => number {
  const model = new PretrainingModel(device, config);
  initialise(model.parameters, 1, config.initializerRange);
  const optimizer = new Optimizer(model.parameters, OPTIMIZER_DEFAULTS);
  const metrics = new MetricSlots(device, 1);
  const input = madeUpInput(config, batch, sequence);
  let count = 0;
  return () => {
    const targets = metrics.targets(0, input.maskedLabels.length, batch);
    model.parameters.clearGradients();
    const tape = new Tape(device);
    const dropout = new DropoutRandom(1, count++, 0);
    model.loss({ device, tape, dropout }, input, targets);
    tape.backward();
    const recorded = performance.now();
    device.flush();
    optimizer.step(1e-3, 0);
    device.flush();
    return recorded;
  };
}

function madeUpInput(config: ModelConfig, batch: number, sequence: number): PretrainingInput {
  const masked = batch * Math.round(MASKED_SHARE * sequence);
  const below = (length: number, bound: number) =>
    Uint32Array.from({ length }, (_, i) => (i * 7919 + 13) % bound);
  return {
    batch,
    sequence,
    inputIds: below(batch * sequence, config.vocabSize),
    tokenTypeIds: below(batch * sequence, 2),
    lengths: new Uint32Array(batch).fill(sequence),
    maskedPositions: Uint32Array.from(
      { length: masked },
      (_, i) => Math.floor(i * batch * sequence / masked),
    ),
    maskedLabels: below(masked, config.vocabSize),
    pairLabels: below(batch, 2),
  };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
