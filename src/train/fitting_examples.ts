/**
 * How many examples a device can hold at once: planned first, then asked, so that nothing has to fail to find it out.
 *
 * @module
 */
import type { Device, DeviceLimits, MemoryUse } from "../device/mod.ts";

/**
 * The largest of `most`, a half of it, a quarter … whose step fits. A function of the device and the step alone.
 *
 * @param most examples of a whole batch
 * @param plan memory of a step that holds so many at once; a {@linkcode RangeError} where a tensor is over the limits
 * @param ranks processes that share the memory
 * @throws {RangeError} when not even one example fits.
 */
export async function fittingExamples(
  device: Device,
  most: number,
  plan: (examples: number, limits: DeviceLimits) => MemoryUse,
  ranks: number = 1,
): Promise<number> {
  for (let examples = most;; examples = Math.ceil(examples / 2)) {
    const bytes = plannedBytes(() => plan(examples, device.limits));
    if (bytes !== null && await device.canHold(ranks * bytes)) return examples;
    if (examples > 1) continue;
    const needed = bytes === null ? "a tensor over its limits" : `${mebibytes(ranks * bytes)} MiB`;
    throw new RangeError(
      `Not even one example fits ${device.description.adapter}: it needs ${needed}; take shorter sequences, --recompute layers or a smaller model`,
    );
  }
}

function plannedBytes(plan: () => MemoryUse): number | null {
  try {
    return plan().peakBytes;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
