/**
 * Sizes of the training step of a model preset or config.json.
 *
 * @module
 */
import { exampleSettings } from "../../src/data/mod.ts";
import type {
  DeviceLimits,
  Examination,
  Examinations,
  ExaminedName,
} from "../../src/device/mod.ts";
import { formatBytes, formatCount } from "../../src/json/mod.ts";
import {
  type ModelConfig,
  PRESET_NAMES,
  presetConfig,
  presetMaskedLmProb,
  presetSequenceLength,
} from "../../src/model/mod.ts";
import { readConfig } from "../../src/train/disk.ts";
import { planPretrainingStep, type StepPlan } from "../../src/pretraining/mod.ts";
import { usage } from "./errors.ts";
import { givenOnly } from "./options.ts";

/** The plan of a named configuration. */
export interface ConfigPlan extends StepPlan {
  readonly config: string;
  /** Describes a tensor that exceeds the limits of a device; null if all fit. */
  overLimits(limits: DeviceLimits): string | null;
  /** Returns the largest of half of the batch, a quarter … whose step needs at most `bytes`; null if not even one example fits. */
  microBatchWithin(bytes: number): number | null;
}

/** Returns the estimated seconds of a step on each device; null without a benchmark. */
export function stepSeconds(
  plan: ConfigPlan,
  { webgpu, cpu, blas }: Examinations,
): Record<ExaminedName, number | null> {
  const seconds = (speed: number | null | undefined) => speed ? plan.flops / 1e9 / speed : null;
  return {
    webgpu: seconds(webgpu?.matmulGigaflopsPerSecond),
    cpu: seconds(cpu?.matmulGigaflopsPerSecond),
    blas: seconds(blas?.matmulGigaflopsPerSecond),
  };
}

/** A configuration and the size of its examples. */
export interface NamedConfig {
  readonly config: ModelConfig;
  /** In tokens. */
  readonly sequenceLength: number;
  /** Maximum number of masked tokens per example. */
  readonly maxPredictions: number;
}

/**
 * Reads a preset or a config.json file.
 *
 * @param length in tokens; the preset's if absent
 * @throws {UsageError} for an unknown preset.
 */
export async function namedConfig(name: string, length?: number): Promise<NamedConfig> {
  const isFile = !PRESET_NAMES.includes(name) && /[./\\]/.test(name);
  const config = isFile ? await readConfig(name) : usage(() => presetConfig(name));
  const sequenceLength = length ??
    Math.min(presetSequenceLength(name), config.maxPositionEmbeddings);
  const maskedLmProb = presetMaskedLmProb(name);
  const { maxPredictionsPerSeq: maxPredictions } = exampleSettings(
    sequenceLength,
    givenOnly({ maskedLmProb }),
  );
  return { config, sequenceLength, maxPredictions };
}

/**
 * Plans a training step of a preset or a config.json file.
 *
 * @throws {UsageError} for an unknown preset.
 */
export async function planConfig(
  name: string,
  batchSize: number,
  length?: number,
): Promise<ConfigPlan> {
  const { config, sequenceLength, maxPredictions } = await namedConfig(name, length);
  const plan = (limits?: DeviceLimits, examples = batchSize) =>
    planPretrainingStep(config, examples, sequenceLength, maxPredictions, { limits });
  return {
    config: name,
    ...plan(),
    overLimits(limits) {
      try {
        plan(limits);
        return null;
      } catch (error) {
        if (error instanceof RangeError) return `${error.message}; use a smaller --batch-size`;
        throw error;
      }
    },
    microBatchWithin(bytes) {
      for (let examples = batchSize; examples > 1;) {
        examples = Math.ceil(examples / 2);
        if (plan(undefined, examples).peakBytes <= bytes) return examples;
      }
      return null;
    },
  };
}

/** Returns the lines that `albert doctor` prints for a plan. */
export function planReport(plan: ConfigPlan, devices: Examinations): string[] {
  const line = (name: string, value: string) => `  ${name.padEnd(26)} ${value}`;
  const lines = [
    "",
    `${plan.config}: batch ${plan.batchSize}, ${plan.sequenceLength} tokens`,
    line("parameters", `${formatCount(plan.encoderParameters)} without heads`),
    line("with pretraining heads", formatCount(plan.pretrainingParameters)),
    line("memory per step", formatBytes(plan.peakBytes)),
    line("arithmetic per step", `${(plan.flops / 1e9).toFixed(1)} GFLOP in ${plan.runs} kernels`),
  ];
  for (const examination of [devices.webgpu, devices.cpu]) {
    if (!examination?.passed) continue;
    const { description: { kind }, limits } = examination;
    const complaint = plan.overLimits(limits) ?? overMemory(plan, examination);
    const fits = kind === "cpu" ? "the step fits" : "all tensors fit; its memory is unknown";
    lines.push(line(`limits of ${kind}`, complaint ?? fits));
  }
  for (const [kind, seconds] of Object.entries(stepSeconds(plan, devices))) {
    if (seconds !== null) lines.push(line(`time per step, ${kind}`, `about ${duration(seconds)}`));
  }
  return lines;
}

/** Describes a step that exceeds the memory of the CPU device, where all buffers share one memory; null if it fits or the memory is unknown. */
function overMemory(plan: ConfigPlan, { description, limits }: Examination): string | null {
  const { maxBufferBytes } = limits;
  if (description.kind !== "cpu" || plan.peakBytes <= maxBufferBytes) return null;
  const examples = plan.microBatchWithin(maxBufferBytes);
  const fix = examples === null
    ? "not even one example fits; use shorter sequences, --recompute layers or a smaller model"
    : `use --micro-batch-size ${examples}`;
  return `the step needs ${formatBytes(plan.peakBytes)}, the device has ${
    formatBytes(maxBufferBytes)
  }; ${fix}`;
}

function duration(seconds: number): string {
  if (seconds < 1) return `${Math.ceil(1000 * seconds)} ms`;
  return seconds < 120 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}
