/**
 * The precision of a run's matrix products.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import { LossScale, type LossScaleState } from "../optim/mod.ts";
import { HalfPrecision } from "../tensor/mod.ts";

/** Float32, or half-precision operands with float32 sums. */
export type Precision = "f32" | "f16";

/**
 * The precision that a caller names; float32 where none is.
 *
 * @throws {RangeError} for any other word, as a settings file may hold.
 */
export function namedPrecision(name: Precision = "f32"): Precision {
  if (name === "f32" || name === "f16") return name;
  throw new RangeError(`precision must be f32 or f16, got ${name}`);
}

/**
 * Refuses what a device cannot do. Whether its halves are right is asked by the self-test when it is opened.
 *
 * @throws {RangeError} saying what to do instead.
 */
export function checkPrecision(device: Device, precision: Precision): void {
  if (precision === "f32") return;
  const { kind, adapter, numerics } = device.description;
  if (kind !== "webgpu") {
    throw new RangeError(
      `--precision f16 is for WebGPU adapters and the ${kind} device computes in float32: leave it out`,
    );
  }
  if (numerics.shaderF16 !== "true") {
    throw new RangeError(
      `--precision f16 needs an adapter with half precision (shader-f16), which ${adapter} lacks: leave it out`,
    );
  }
}

/**
 * What a trainer in half precision has beside one in float32: a loss scale for its optimizer, and what its operations are given. Nothing in float32.
 *
 * @param precision float32 where absent
 */
export function halfPrecision(
  device: Device,
  precision: Precision = "f32",
): { lossScale?: LossScale; half?: HalfPrecision } {
  if (precision === "f32") return {};
  const lossScale = new LossScale(device);
  return { lossScale, half: new HalfPrecision(device, lossScale.view) };
}

/** A sentence about steps that were skipped, or null where none was. */
export function skippedNotice(
  logs: readonly { readonly step: number; readonly skipped: boolean }[],
  state: LossScaleState | undefined,
): string | null {
  const skipped = logs.filter((log) => log.skipped);
  if (skipped.length === 0 || state === undefined) return null;
  const which = skipped.length === 1
    ? `step ${skipped[0].step + 1}`
    : `${skipped.length} of the steps ${logs[0].step + 1} to ${logs.at(-1)!.step + 1}`;
  return `${which} overflowed in half precision and changed nothing; the loss scale is now ${state.scale}`;
}

/** What a line of the log says of half precision. */
export function lossScaleFields(
  state: LossScaleState | undefined,
): { loss_scale?: number; skipped_steps?: number } {
  return state === undefined ? {} : { loss_scale: state.scale, skipped_steps: state.skippedSteps };
}

/** The logs to take means over: those of steps that were made, or all where none was. */
export function madeSteps<L extends { readonly skipped: boolean }>(
  logs: readonly L[],
): readonly L[] {
  const made = logs.filter(({ skipped }) => !skipped);
  return made.length > 0 ? made : logs;
}
