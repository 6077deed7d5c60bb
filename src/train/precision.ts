/**
 * The precision of matrix multiplications.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import { LossScale, type LossScaleState } from "../optim/mod.ts";
import { HalfPrecision } from "../tensor/mod.ts";

/** Float32, or half-precision operands with float32 sums. */
export type Precision = "f32" | "f16";

/**
 * Returns a precision by name; float32 without one.
 *
 * @throws {RangeError} for any other name, which a settings file may contain.
 */
export function namedPrecision(name: Precision = "f32"): Precision {
  if (name === "f32" || name === "f16") return name;
  throw new RangeError(`precision must be f32 or f16, got ${name}`);
}

/**
 * Checks that a device supports a precision. Whether it computes correctly in half precision is checked by its self-test.
 *
 * @throws {RangeError} if it does not.
 */
export function checkPrecision(device: Device, precision: Precision): void {
  if (precision === "f32") return;
  const { kind, adapter, numerics } = device.description;
  if (kind !== "webgpu") {
    throw new RangeError(
      `--precision f16 needs a WebGPU adapter, but the device is ${kind}; use --device webgpu or leave it out`,
    );
  }
  if (numerics.shaderF16 !== "true") {
    throw new RangeError(
      `--precision f16 needs an adapter with shader-f16 that passes the self-test, unlike ${adapter}; leave it out`,
    );
  }
}

/**
 * Returns what half precision needs: a loss scale for the optimizer and the state of the operations. Empty in float32.
 *
 * @param precision float32 if absent
 */
export function halfPrecision(
  device: Device,
  precision: Precision = "f32",
): { lossScale?: LossScale; half?: HalfPrecision } {
  if (precision === "f32") return {};
  const lossScale = new LossScale(device);
  return { lossScale, half: new HalfPrecision(device, lossScale.view) };
}

/** Returns a line about skipped steps, or null if none was skipped. */
export function skippedNotice(
  logs: readonly { readonly step: number; readonly skipped: boolean }[],
  state: LossScaleState | undefined,
): string | null {
  const skipped = logs.filter((log) => log.skipped);
  if (skipped.length === 0 || state === undefined) return null;
  const which = skipped.length === 1
    ? `step ${skipped[0].step + 1}`
    : `${skipped.length} of the steps ${logs[0].step + 1} to ${logs.at(-1)!.step + 1}`;
  return `${which} overflowed in half precision and updated nothing; the loss scale is now ${state.scale}`;
}

/** Returns the fields of half precision for a line of the log. */
export function lossScaleFields(
  state: LossScaleState | undefined,
): { loss_scale?: number; skipped_steps?: number } {
  return state === undefined ? {} : { loss_scale: state.scale, skipped_steps: state.skippedSteps };
}

/** Returns the logs to average: those of steps that were not skipped, or all if all were skipped. */
export function madeSteps<L extends { readonly skipped: boolean }>(
  logs: readonly L[],
): readonly L[] {
  const made = logs.filter(({ skipped }) => !skipped);
  return made.length > 0 ? made : logs;
}
