/**
 * `albert doctor --config NAME`: what a configuration weighs and will take.
 *
 * @module
 */
import type { Examinations } from "../../../src/device/mod.ts";
import { PRESET_NAMES, presetConfig, presetSequenceLength } from "../../../src/model/mod.ts";
import { readConfig } from "../../../src/train/disk.ts";
import { planStep, type StepPlan } from "../../../src/train/mod.ts";

/** Share of tokens that are masked. */
const MASKED = 0.15;

/** A named plan. */
export interface ConfigPlan extends StepPlan {
  readonly config: string;
}

/** Plans a preset or a config.json file. */
export async function planConfig(
  name: string,
  batchSize: number,
  sequenceLength?: number,
): Promise<ConfigPlan> {
  const isFile = !PRESET_NAMES.includes(name) && /[./\\]/.test(name);
  const config = isFile ? await readConfig(name) : presetConfig(name);
  const length = sequenceLength ??
    Math.min(presetSequenceLength(name), config.maxPositionEmbeddings);
  return {
    config: name,
    ...planStep(config, batchSize, length, Math.ceil(MASKED * length)),
  };
}

/** The plan beside the devices, line by line. */
export function planReport(plan: ConfigPlan, { webgpu, cpu }: Examinations): string[] {
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
  for (const examination of [webgpu, cpu]) {
    const speed = examination?.productGigaflopsPerSecond ?? null;
    if (examination === null || speed === null) continue;
    const { kind } = examination.description;
    lines.push(line(`time of a step, ${kind}`, `about ${duration(plan.flops / 1e9 / speed)}`));
  }
  return lines;
}

function duration(seconds: number): string {
  if (seconds < 1) return `${Math.ceil(1000 * seconds)} ms`;
  return seconds < 120 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}
