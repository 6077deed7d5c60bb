/**
 * The reference device: the kernels' references on one thread, in float32 or float64.
 *
 * @module
 */
export { openReferenceDevice, type ReferenceDeviceOptions } from "./reference_device.ts";
