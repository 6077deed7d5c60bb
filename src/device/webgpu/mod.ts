/**
 * The WebGPU device, in Deno and browsers.
 *
 * @module
 */
import { requestAccess } from "./adapter.ts";
import { WebGpuDevice, type WebGpuOptions } from "./webgpu_device.ts";

export { findSoftwareAdapter, type GpuAccess, requestAccess } from "./adapter.ts";
export type { Restrictions } from "./adapter_facts.ts";
export { defaultVariant, type VariantOf } from "./choose.ts";
export {
  ADAPTER_NAMES,
  type DescribedAdapter,
  namedAdapter,
  readAdapter,
} from "./described_adapter.ts";
export { DispatchPlan, type PlannedDispatch } from "./planned_dispatches.ts";
export { timestampNanoseconds } from "./timestamp_unit.ts";
export * from "./tuner/candidates.ts";
export * from "./tuner/measure_candidates.ts";
export * from "./tuner/tuner.ts";
export { type CacheSizes, WebGpuDevice, type WebGpuOptions } from "./webgpu_device.ts";

/**
 * Opens a device on the platform's preferred adapter. Returns null if there is none.
 *
 * @throws {DeviceError} if it cannot be opened.
 */
export async function openWebGpuDevice(options: WebGpuOptions = {}): Promise<WebGpuDevice | null> {
  const access = await requestAccess(options.restrictions);
  return access === null ? null : new WebGpuDevice(access, options);
}
