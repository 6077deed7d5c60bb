/**
 * Measures the time and memory of a pretraining step, from token ids to updated weights.
 *
 * @module
 */
import { type KernelProfile, openDevice } from "../../src/device/mod.ts";
import type { ModelConfig } from "../../src/model/mod.ts";
import type { Recompute } from "../../src/tensor/mod.ts";
import { planPretrainingStep } from "../../src/pretraining/mod.ts";
import { checkPrecision, type Precision } from "../../src/train/mod.ts";
import { benchConfig } from "../workload.ts";
import { LineProcess } from "../peers/pytorch.ts";
import { median } from "../table.ts";
import { type Phases, StepTimer, timePhases } from "./phases.ts";
import { type StepSizes, TrainingStep, usualPredictions } from "./training_step.ts";

/** Options of {@linkcode benchStep}. */
export interface StepBenchOptions {
  readonly device: "auto" | "webgpu" | "cpu";
  /** A preset, or `reference`: E 128, H 256, 4 heads, 4 layers, FFN 1024, 30,000 pieces. */
  readonly config: string;
  readonly batch: number;
  readonly sequence: number;
  /** Number of measured steps, after one that compiles. */
  readonly steps: number;
  /** Activations to recompute in the backward pass. Default: none. */
  readonly recompute?: Recompute;
  /** Precision of matrix multiplications. Default: f32. */
  readonly precision?: Precision;
  /** Matmul library of the CPU device. */
  readonly blas?: string;
  /** A Python interpreter with PyTorch, whose steps alternate with ours. */
  readonly pytorch?: string;
}

/** Time and memory of a step. */
export interface StepBench {
  readonly kind: "webgpu" | "cpu";
  readonly adapter: string;
  readonly config: string;
  readonly batch: number;
  readonly sequence: number;
  /** Median over the steps, including waiting. */
  readonly milliseconds: number;
  /** Time of the host's thread for recording and encoding, without the driver. */
  readonly hostMilliseconds: number;
  readonly phases: Phases;
  readonly tokensPerSecond: number;
  readonly gigaflopsPerSecond: number;
  readonly peakBytes: number;
  /** Planned peak, without copies of operands in textures. */
  readonly plannedBytes: number;
  /** Kernel runs in one step. */
  readonly runs: number;
  /** Share of the kernels' time outside matrix multiplications and attention. */
  readonly otherShare: number;
  /** Time by kernel and variant in one profiled step, slowest first. */
  readonly kernels: readonly KernelProfile[];
  /** Comparison with PyTorch, if requested. */
  readonly pytorch?: PyTorchComparison;
}

/** The same step in PyTorch. */
export interface PyTorchComparison {
  readonly label: string;
  readonly milliseconds: number;
  readonly peakBytes: number;
  /** Our time relative to PyTorch's. Below 1, ours is faster. */
  readonly timeRatio: number;
  /** Our peak relative to that of a lean PyTorch model, which has one GELU and computes logits of masked tokens only. */
  readonly memoryRatio: number;
  /** Our peak relative to that of Transformers' AlbertForPreTraining with eager attention, if it is installed. */
  readonly transformersMemoryRatio?: number;
}

/** Kernels of matrix multiplication and attention. */
const PRODUCTS = /^(matmul|attention|softmax)\./;

/** Measures training steps on synthetic examples. */
export async function benchStep(options: StepBenchOptions): Promise<StepBench> {
  const { batch, sequence, steps, recompute, precision } = options;
  const config = benchConfig(options.config);
  const maxPredictions = usualPredictions(sequence);
  const sizes: StepSizes = { batch, sequence, maxPredictions, recompute, precision };
  const device = await openDevice({ device: options.device, blas: options.blas });
  const torch = options.pytorch === undefined
    ? null
    : await PyTorchStep.open(options.pytorch, config, sizes);
  try {
    checkPrecision(device, precision ?? "f32");
    const step = await TrainingStep.open(device, config, sizes);
    using timer = new StepTimer(step);
    await timer.time();
    await torch?.time();
    const times: number[] = [], host: number[] = [], others: number[] = [];
    for (let i = 0; i < steps; i++) {
      const { milliseconds, hostMilliseconds } = await timer.time();
      times.push(milliseconds);
      host.push(hostMilliseconds);
      if (torch !== null) others.push(await torch.time());
    }
    const { peakBytes } = device.memory();
    const phases = await timePhases(step);
    device.startProfile();
    step.record(step.batch());
    step.update();
    const kernels = await device.endProfile();
    const milliseconds = median(times);
    const { flops, runs, time, otherTime } = sums(kernels);
    return {
      kind: device.description.kind,
      adapter: device.description.adapter,
      ...{ config: options.config, batch, sequence, milliseconds, phases, kernels, runs },
      hostMilliseconds: median(host),
      tokensPerSecond: batch * sequence / milliseconds * 1000,
      gigaflopsPerSecond: flops / milliseconds / 1e6,
      peakBytes,
      plannedBytes: planPretrainingStep(config, batch, sequence, maxPredictions, {
        limits: device.limits,
        recompute,
        precision,
      }).peakBytes,
      otherShare: otherTime / time,
      ...(torch !== null && { pytorch: compare(torch, median(others), milliseconds, peakBytes) }),
    };
  } finally {
    await torch?.close();
    await device.destroy();
  }
}

function sums(kernels: readonly KernelProfile[]) {
  let flops = 0, runs = 0, time = 0, otherTime = 0;
  for (const kernel of kernels) {
    flops += kernel.flops;
    runs += kernel.calls;
    time += kernel.milliseconds;
    if (!PRODUCTS.test(kernel.kernel)) otherTime += kernel.milliseconds;
  }
  return { flops, runs, time, otherTime };
}

function compare(
  { label, peakBytes, transformersBytes }: PyTorchStep,
  theirs: number,
  ours: number,
  ourBytes: number,
): PyTorchComparison {
  return {
    ...{ label, milliseconds: theirs, peakBytes },
    timeRatio: ours / theirs,
    memoryRatio: ourBytes / peakBytes,
    ...(transformersBytes !== null && { transformersMemoryRatio: ourBytes / transformersBytes }),
  };
}

/** A Python process that runs a step on request. */
class PyTorchStep {
  private constructor(
    readonly process: LineProcess,
    readonly label: string,
    /** Bytes of weights, gradients, moments, and what autograd keeps at the end of the forward pass. */
    readonly peakBytes: number,
    /** The same for Transformers' AlbertForPreTraining with eager attention, or null if it is not installed. */
    readonly transformersBytes: number | null,
  ) {}

  /** @throws {Error} if the interpreter lacks PyTorch. */
  static async open(
    interpreter: string,
    config: ModelConfig,
    { batch, sequence, maxPredictions }: StepSizes,
  ): Promise<PyTorchStep> {
    const sizes = {
      ...{ batch, sequence, masked: batch * maxPredictions },
      embedding: config.embeddingSize,
      hidden: config.hiddenSize,
      heads: config.numAttentionHeads,
      layers: config.numHiddenLayers,
      ffn: config.intermediateSize,
      vocabulary: config.vocabSize,
    };
    const script = new URL("../peers/pytorch_step.py", import.meta.url);
    try {
      const process = new LineProcess(interpreter, script, [JSON.stringify(sizes)]);
      const { version, threads, bytes, transformers_bytes } = JSON.parse(await process.line());
      const label = `PyTorch ${version}, ${threads} threads`;
      return new PyTorchStep(process, label, bytes, transformers_bytes);
    } catch (cause) {
      throw new Error(
        `PyTorch is not installed for ${interpreter}; use --against-pytorch to select a Python that has it`,
        { cause },
      );
    }
  }

  /** Runs a step and returns its milliseconds, measured by Python. */
  async time(): Promise<number> {
    return Number(await this.process.ask("step"));
  }

  close(): Promise<void> {
    return this.process.close();
  }
}
