/**
 * `albert doctor --config NAME`: what a configuration weighs and will take.
 *
 * @module
 */
import type { DeviceLimits, Examinations } from "../../../src/device/mod.ts";
import {
  type ModelConfig,
  PRESET_NAMES,
  presetConfig,
  presetSequenceLength,
} from "../../../src/model/mod.ts";
import { readConfig } from "../../../src/train/disk.ts";
import { usage } from "../errors.ts";
import { planStep, type StepPlan } from "../../../src/train/mod.ts";

/** Share of tokens that are masked. */
const MASKED = 0.15;

/** A named plan. */
export interface ConfigPlan extends StepPlan {
  readonly config: string;
  /** Which tensor is too large for a device, or null where all fit. */
  overLimits(limits: DeviceLimits): string | null;
}

/** Seconds that a plan's arithmetic takes at each device's speed; null where it has none. */
export function stepSeconds(
  plan: ConfigPlan,
  { webgpu, cpu }: Examinations,
): { webgpu: number | null; cpu: number | null } {
  const seconds = (speed: number | null | undefined) => speed ? plan.flops / 1e9 / speed : null;
  return {
    webgpu: seconds(webgpu?.matmulGigaflopsPerSecond),
    cpu: seconds(cpu?.matmulGigaflopsPerSecond),
  };
}

/** A configuration and the sizes of its training step. */
export interface NamedConfig {
  readonly config: ModelConfig;
  readonly sequenceLength: number;
  /** Masked tokens of an example. */
  readonly maxPredictions: number;
}

/**
 * A preset or a config.json file, and the sequence length it is meant for where none is given.
 *
 * @throws {UsageError} for a preset that does not exist.
 */
export async function namedConfig(name: string, length?: number): Promise<NamedConfig> {
  const isFile = !PRESET_NAMES.includes(name) && /[./\\]/.test(name);
  const config = isFile ? await readConfig(name) : usage(() => presetConfig(name));
  const sequenceLength = length ??
    Math.min(presetSequenceLength(name), config.maxPositionEmbeddings);
  return { config, sequenceLength, maxPredictions: Math.ceil(MASKED * sequenceLength) };
}

/**
 * Plans a preset or a config.json file.
 *
 * @throws {UsageError} for a preset that does not exist.
 */
export async function planConfig(
  name: string,
  batchSize: number,
  length?: number,
): Promise<ConfigPlan> {
  const { config, sequenceLength, maxPredictions } = await namedConfig(name, length);
  const plan = (limits?: DeviceLimits) =>
    planStep(config, batchSize, sequenceLength, maxPredictions, { limits });
  return {
    config: name,
    ...plan(),
    overLimits(limits) {
      try {
        plan(limits);
        return null;
      } catch (error) {
        if (error instanceof RangeError) return `${error.message}: plan a smaller --batch-size`;
        throw error;
      }
    },
  };
}

/** The plan beside the devices, line by line. */
export function planReport(plan: ConfigPlan, devices: Examinations): string[] {
  const line = (name: string, value: string) => `  ${name.padEnd(26)} ${value}`;
  const count = (value: number) => value.toLocaleString("en");
  const lines = [
    "",
    `${plan.config}: batch ${plan.batchSize}, ${plan.sequenceLength} tokens`,
    line("parameters", `${count(plan.encoderParameters)} without heads`),
    line("with pretraining heads", count(plan.pretrainingParameters)),
    line("memory of a step", `${count(Math.ceil(plan.peakBytes / 2 ** 20))} MiB`),
    line("arithmetic of a step", `${(plan.flops / 1e9).toFixed(1)} GFLOP in ${plan.runs} runs`),
  ];
  for (const examination of [devices.webgpu, devices.cpu]) {
    if (!examination?.passed) continue;
    const { description: { kind }, limits } = examination;
    lines.push(line(`limits of ${kind}`, plan.overLimits(limits) ?? "every tensor is within them"));
  }
  for (const [kind, seconds] of Object.entries(stepSeconds(plan, devices))) {
    if (seconds !== null) lines.push(line(`time of a step, ${kind}`, `about ${duration(seconds)}`));
  }
  return lines;
}

function duration(seconds: number): string {
  if (seconds < 1) return `${Math.ceil(1000 * seconds)} ms`;
  return seconds < 120 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}
