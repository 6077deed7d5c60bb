/**
 * The precision of a run's matrix products.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import type { LossScaleState } from "../optim/mod.ts";

/** Float32, or half-precision operands with float32 sums. */
export type Precision = "f32" | "f16";

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
