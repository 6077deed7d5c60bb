/**
 * Dividing element-wise work where a tensor is larger than one binding may show.
 *
 * @module
 */
import { type Device, type View, VIEW_ALIGNMENT } from "../../device/mod.ts";

/**
 * Calls `run` for consecutive ranges of equally long views that each fit one binding.
 *
 * @param views all of one length
 */
export function inRanges(
  device: Device,
  views: readonly View[],
  run: (parts: readonly View[], length: number) => void,
): void {
  const { length } = views[0];
  const most = Math.floor(device.limits.maxBindingBytes / 4 / VIEW_ALIGNMENT) * VIEW_ALIGNMENT;
  // At least once, so that an empty tensor is still a run.
  for (let start = 0; start === 0 || start < length; start += most) {
    const count = Math.min(most, length - start);
    run(
      views.map(({ buffer, offset }) => ({ buffer, offset: offset + start, length: count })),
      count,
    );
  }
}
