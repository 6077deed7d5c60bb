/**
 * Measures the time and memory of a pretraining step, from token ids to updated weights.
 *
 * @module
 */
import {
  type KernelProfile,
  openDevice,
  type OpenDeviceOptions,
  WebGpuDevice,
} from "../../src/device/mod.ts";
import type { ModelConfig } from "../../src/model/mod.ts";
import type { Recompute } from "../../src/tensor/mod.ts";
import { planPretrainingStep } from "../../src/pretraining/mod.ts";
import { checkPrecision, type Precision } from "../../src/train/mod.ts";
import { benchConfig } from "../workload.ts";
import { LineProcess } from "../peers/pytorch.ts";
import { median } from "../table.ts";
import { type Phases, stepsPerWait, StepTimer, timePhases } from "./phases.ts";
import { type StepSizes, TrainingStep, usualPredictions } from "./training_step.ts";

/** Options of {@linkcode benchStep}. */
export interface StepBenchOptions {
  readonly device: "auto" | "webgpu" | "cpu";
  /** A preset, or `reference`: E 128, H 256, 4 heads, 4 layers, FFN 1024, 30,000 pieces. */
  readonly config: string;
  readonly batch: number;
  readonly sequence: number;
  /** Number of measurements, after the warm-up. */
  readonly steps: number;
  /** Steps of a measurement, which ends with one wait. Default: 10 on GPUs, 1 on the CPU and on software adapters. */
  readonly pipelined?: number;
  /** Steps of the warm-up. Default: as many as in a measurement. */
  readonly warmUp?: number;
  /** Activations to recompute in the backward pass. Default: none. */
  readonly recompute?: Recompute;
  /** Precision of matrix multiplications. Default: f32. */
  readonly precision?: Precision;
  /** Matmul library of the CPU device. */
  readonly blas?: string;
  /** Selects variants on a WebGPU device. Default: the device's default variants. */
  readonly variants?: Pick<OpenDeviceOptions, "variantOf" | "choiceVersion"> & {
    /** Called with the device before the first step. */
    start(device: WebGpuDevice): Promise<void>;
  };
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
  /** Steps of a measurement. */
  readonly pipelined: number;
  /** Time of a step: median over the measurements, including waiting. */
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

/** Arithmetic of PyTorch's matrix multiplications. `tf32` and `bf16` (autocast) are measured on CUDA only. */
export type PyTorchMode = "f32" | "tf32" | "bf16";

/** Time of a step in PyTorch. */
export interface PyTorchTime {
  readonly mode: PyTorchMode;
  readonly milliseconds: number;
  /** Our time relative to PyTorch's. Below 1, ours is faster. */
  readonly timeRatio: number;
}

/** The same step in PyTorch. */
export interface PyTorchComparison {
  readonly label: string;
  /** In float32 without TF32. */
  readonly milliseconds: number;
  readonly peakBytes: number;
  /** Our time relative to PyTorch's in float32. */
  readonly timeRatio: number;
  /** The times in all modes. */
  readonly modes: readonly PyTorchTime[];
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
  const atLeast = (least: number, flag: string, value: number | undefined) => {
    if (value === undefined || Number.isInteger(value) && value >= least) return;
    throw new RangeError(`${flag} must be an integer of at least ${least}, got ${value}`);
  };
  atLeast(1, "--steps", steps);
  atLeast(1, "--pipelined", options.pipelined);
  atLeast(0, "--warm-up", options.warmUp);
  const config = benchConfig(options.config);
  const maxPredictions = usualPredictions(sequence);
  const sizes: StepSizes = { batch, sequence, maxPredictions, recompute, precision };
  const { start, ...variants } = options.variants ?? {};
  const device = await openDevice({ device: options.device, blas: options.blas, ...variants });
  if (device instanceof WebGpuDevice) await start?.(device);
  const pipelined = options.pipelined ?? stepsPerWait(device);
  const torch = options.pytorch === undefined
    ? null
    : await PyTorchStep.open(options.pytorch, config, sizes, stepsPerWait(device) > 1);
  try {
    checkPrecision(device, precision ?? "f32");
    const step = await TrainingStep.open(device, config, sizes);
    using timer = new StepTimer(step);
    await timer.time(options.warmUp ?? pipelined);
    const modes = torch?.modes ?? [];
    for (const mode of modes) await torch!.time(mode, options.warmUp ?? pipelined);
    const times: number[] = [], host: number[] = [];
    const others = modes.map((mode) => ({ mode, times: [] as number[] }));
    for (let i = 0; i < steps; i++) {
      const { milliseconds, hostMilliseconds } = await timer.time(pipelined);
      times.push(milliseconds);
      host.push(hostMilliseconds);
      for (const other of others) other.times.push(await torch!.time(other.mode, pipelined));
    }
    const { peakBytes } = device.memory();
    const phases = await timePhases(step, pipelined);
    device.startProfile();
    step.record(step.batch());
    step.update();
    const kernels = await device.endProfile();
    const milliseconds = median(times);
    const { flops, runs, time, otherTime } = sums(kernels);
    return {
      kind: device.description.kind,
      adapter: device.description.adapter,
      ...{
        config: options.config,
        batch,
        sequence,
        pipelined,
        milliseconds,
        phases,
        kernels,
        runs,
      },
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
      ...(torch !== null && {
        pytorch: compare(
          torch,
          others.map(({ mode, times }) => {
            const theirs = median(times);
            return { mode, milliseconds: theirs, timeRatio: milliseconds / theirs };
          }),
          peakBytes,
        ),
      }),
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
  modes: readonly PyTorchTime[],
  ourBytes: number,
): PyTorchComparison {
  const { milliseconds, timeRatio } = modes.find(({ mode }) => mode === "f32")!;
  return {
    ...{ label, milliseconds, peakBytes, timeRatio, modes },
    memoryRatio: ourBytes / peakBytes,
    ...(transformersBytes !== null && { transformersMemoryRatio: ourBytes / transformersBytes }),
  };
}

/** A Python process that runs a step on request. */
class PyTorchStep {
  private constructor(
    readonly process: LineProcess,
    readonly label: string,
    /** What it can compute in. */
    readonly modes: readonly PyTorchMode[],
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
    onGpu: boolean,
  ): Promise<PyTorchStep> {
    const sizes = {
      gpu: onGpu,
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
      const { version, device, modes, bytes, transformers_bytes } = JSON.parse(
        await process.line(),
      );
      const label = `PyTorch ${version}, ${device}`;
      return new PyTorchStep(process, label, modes, bytes, transformers_bytes);
    } catch (cause) {
      throw new Error(
        `PyTorch is not installed for ${interpreter}; use --against-pytorch to select a Python that has it`,
        { cause },
      );
    }
  }

  /** Runs steps in a row, waits once, and returns the milliseconds of one, measured by Python. */
  async time(mode: PyTorchMode, steps: number): Promise<number> {
    return Number(await this.process.ask(`${mode} ${steps}`));
  }

  close(): Promise<void> {
    return this.process.close();
  }
}
