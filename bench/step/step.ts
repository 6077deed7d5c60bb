/**
 * One pretraining step, from ids to updated weights: how long it takes, where the time goes, how much memory it needs.
 *
 * @module
 */
import { type KernelProfile, openDevice } from "../../src/device/mod.ts";
import type { ModelConfig } from "../../src/model/mod.ts";
import type { Recompute } from "../../src/tensor/mod.ts";
import { checkPrecision, planStep, type Precision } from "../../src/train/mod.ts";
import { benchConfig } from "../workload.ts";
import { LineProcess } from "../peers/pytorch.ts";
import { median } from "../table.ts";
import { type Phases, StepTimer, timePhases } from "./phases.ts";
import { type StepSizes, TrainingStep, usualPredictions } from "./training_step.ts";

/** Options of {@linkcode benchStep}. */
export interface StepBenchOptions {
  readonly device: "auto" | "webgpu" | "cpu";
  /** A preset's name, or `reference`: E 128, H 256, 4 heads, 4 layers, FFN 1024, 30,000 pieces. */
  readonly config: string;
  readonly batch: number;
  readonly sequence: number;
  /** Steps that are timed, after one that compiles. */
  readonly steps: number;
  /** What is computed again in backward; nothing where absent. */
  readonly recompute?: Recompute;
  /** Of matrix products; float32 where absent. */
  readonly precision?: Precision;
  /** The library of the CPU device's matrix products. */
  readonly blas?: string;
  /** A Python with PyTorch, whose steps alternate with ours. */
  readonly pytorch?: string;
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
  /** What the host's thread took to record and encode; the driver's own work apart. */
  readonly hostMilliseconds: number;
  readonly phases: Phases;
  readonly tokensPerSecond: number;
  readonly gigaflopsPerSecond: number;
  readonly peakBytes: number;
  /** What the plan said: without copies of operands as textures. */
  readonly plannedBytes: number;
  /** Kernel runs in one step. */
  readonly runs: number;
  /** Share of the kernels' time outside matrix products and attention. */
  readonly otherShare: number;
  /** Time by kernel and variant in one profiled step, longest first. */
  readonly kernels: readonly KernelProfile[];
  /** PyTorch beside it, where asked for. */
  readonly pytorch?: PyTorchBeside;
}

/** The same step in PyTorch. */
export interface PyTorchBeside {
  readonly label: string;
  readonly milliseconds: number;
  readonly peakBytes: number;
  /** Our time over PyTorch's: below 1 ours is faster. */
  readonly timeRatio: number;
  /** Our peak over PyTorch's, written as leanly as this toolkit does it: one GELU, logits of masked tokens alone. */
  readonly memoryRatio: number;
  /** Our peak over that of transformers' AlbertForPreTraining with eager attention; absent where that is not installed. */
  readonly transformersMemoryRatio?: number;
}

/** What counts as matrix products and attention. */
const PRODUCTS = /^(matmul|attention|softmax)\./;

/** Times training steps on made-up ids. */
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
      plannedBytes: planStep(config, batch, sequence, maxPredictions, {
        limits: device.limits,
        recompute,
        precision,
      }).peakBytes,
      otherShare: otherTime / time,
      ...(torch !== null && { pytorch: beside(torch, median(others), milliseconds, peakBytes) }),
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

function beside(
  { label, peakBytes, transformersBytes }: PyTorchStep,
  theirs: number,
  ours: number,
  ourBytes: number,
): PyTorchBeside {
  return {
    ...{ label, milliseconds: theirs, peakBytes },
    timeRatio: ours / theirs,
    memoryRatio: ourBytes / peakBytes,
    ...(transformersBytes !== null && { transformersMemoryRatio: ourBytes / transformersBytes }),
  };
}

/** A Python process that does a step when asked. */
export class PyTorchStep {
  private constructor(
    readonly process: LineProcess,
    readonly label: string,
    /** Weights, gradients, moments, and what autograd keeps at the end of the forward pass. */
    readonly peakBytes: number,
    /** The same of transformers' AlbertForPreTraining with eager attention; null where that is not installed. */
    readonly transformersBytes: number | null,
  ) {}

  /** @throws {Error} when the interpreter has no PyTorch. */
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
        `PyTorch is not installed for ${interpreter}: name one that has it by --against-pytorch`,
        { cause },
      );
    }
  }

  /** Does a step; its milliseconds by Python's own clock. */
  async time(): Promise<number> {
    return Number(await this.process.ask("step"));
  }

  close(): Promise<void> {
    return this.process.close();
  }
}
