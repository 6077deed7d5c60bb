/**
 * Completes two optimizer steps, or names the resource that is missing.
 *
 * @module
 */
import { type Device, DeviceError } from "../../../src/device/mod.ts";
import { formatBytes } from "../../../src/json/mod.ts";
import { countParameters, initialize } from "../../../src/model/mod.ts";
import { planStep, Trainer, type TrainerSettings } from "../../../src/train/mod.ts";
import type { CheckedStep } from "./checked_step.ts";
import type { StepObjective } from "./step_objective.ts";

export interface StepResult {
  readonly label: string;
  readonly rows: readonly string[];
  readonly parameters: number;
  /** Tokens per sequence. */
  readonly sequenceLength: number;
  /** Planned memory of a step with a micro-batch of one example. */
  readonly plannedBytes: number;
  /** Examples of a micro-batch in the preset, and the planned memory with it. */
  readonly presetExamples: number;
  readonly presetBytes: number;
  /** Device on which the steps ran, or were to run. */
  readonly adapter: string;
  /** True if the layers' activations were recomputed in the backward pass to fit the device. */
  readonly recomputed: boolean;
  /** Why the device could not run the steps: `needs 8.6 GB; …`; absent if it did. */
  readonly missing?: string;
  /** Memory of the device's buffers at its peak. */
  readonly peakBytes?: number;
  /** Of each optimizer step, in seconds. */
  readonly seconds?: readonly number[];
  /** Loss in each step: the same examples before and after the first update. */
  readonly losses?: readonly number[];
}

/** Number of optimizer steps. */
const STEPS = 2;
const SEED = 42;

/**
 * Trains for two steps with one example per micro-batch, which counts as the whole batch. If the step does not fit the device, activations are recomputed; if
 * even this does not fit, the result names what is missing.
 *
 * @returns null if a stop was requested
 * @throws {NonFiniteError} if a loss or gradient is not finite.
 */
export async function runCheckedStep(
  device: Device,
  step: CheckedStep,
  { objective, batch }: StepObjective,
  stopRequested: () => boolean,
): Promise<StepResult | null> {
  const { label, rows, config, sequenceLength, presetExamples, optimizer } = step;
  const plan = (examples: number, recompute?: "layers") =>
    planStep(config, objective, batch(examples), { optimizer, recompute }).peakBytes;
  const plannedBytes = plan(1);
  const facts = {
    ...{ label, rows, parameters: countParameters(objective.specs(config)), sequenceLength },
    ...{ plannedBytes, presetExamples, presetBytes: plan(presetExamples) },
    adapter: device.description.adapter,
  };
  const limited = tensorOverLimits(() =>
    planStep(config, objective, batch(1), { optimizer, limits: device.limits })
  );
  if (limited !== null) return { ...facts, recomputed: false, missing: limited };
  const recomputed = await lacking(device, plannedBytes) !== null;
  const recompute = recomputed ? "layers" : undefined;
  if (recomputed) {
    const missing = await lacking(device, plan(1, "layers"));
    if (missing !== null) return { ...facts, recomputed, missing };
  }
  try {
    const settings = { ...settingsOf(step), recompute } as const;
    const measured = await twoSteps(device, step, { objective, batch }, settings, stopRequested);
    return measured === null ? null : { ...facts, recomputed, ...measured };
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return { ...facts, recomputed, missing: error.message };
  }
}

function settingsOf({ optimizer, learningRate }: CheckedStep): TrainerSettings {
  return {
    seed: SEED,
    // The first update must have an effect, so there is no warm-up.
    schedule: { peakLearningRate: learningRate, warmupSteps: 0, totalSteps: 1000 },
    loggingSteps: STEPS,
    optimizer,
  };
}

async function twoSteps(
  device: Device,
  { config }: CheckedStep,
  { objective, batch }: StepObjective,
  settings: TrainerSettings,
  stopRequested: () => boolean,
): Promise<Required<Pick<StepResult, "peakBytes" | "seconds" | "losses">> | null> {
  const trainer = new Trainer(device, config, objective, settings);
  try {
    initialize(trainer.model.parameters, SEED, config.initializerRange);
    const examples = batch(1);
    const seconds: number[] = [];
    for (let i = 0; i < STEPS; i++) {
      // Lets signals arrive.
      await new Promise((resolve) => setTimeout(resolve));
      if (stopRequested()) return null;
      const start = performance.now();
      trainer.trainStep([examples]);
      await device.settled();
      seconds.push((performance.now() - start) / 1000);
    }
    const losses = (await trainer.readLog()).map(({ loss }) => loss);
    return { peakBytes: device.memory().peakBytes, seconds, losses };
  } finally {
    trainer.free();
  }
}

/** Names a tensor that exceeds the device's limits; null if there is none. */
function tensorOverLimits(plan: () => unknown): string | null {
  try {
    plan();
    return null;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

/** What a device lacks for a step; null if nothing. */
async function lacking(device: Device, bytes: number): Promise<string | null> {
  const { description: { kind, adapter }, limits: { maxBufferBytes } } = device;
  const needs = `needs ${formatBytes(bytes)}`;
  if (kind === "cpu" && bytes > maxBufferBytes) {
    return `${needs}; the CPU device has at most ${formatBytes(maxBufferBytes)}`;
  }
  if (await device.canHold(bytes)) return null;
  const { total } = Deno.systemMemoryInfo();
  return `${needs}; ${adapter} has less (this machine has ${
    formatBytes(total)
  }, half of which buffers may use)`;
}
