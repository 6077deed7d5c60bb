/**
 * The device over WebGPU: in Deno and in browsers.
 *
 * @module
 */
import { requestAccess } from "./adapter.ts";
import { WebGpuDevice, type WebGpuOptions } from "./webgpu_device.ts";

export { type GpuAccess, requestAccess, type Restrictions } from "./adapter.ts";
export { defaultVariant, type VariantOf } from "./choose.ts";
export * from "./tuner/mod.ts";
export { type CacheSizes, WebGpuDevice, type WebGpuOptions } from "./webgpu_device.ts";

/** Opens the platform's preferred adapter; null where there is none. */
export async function openWebGpuDevice(options: WebGpuOptions = {}): Promise<WebGpuDevice | null> {
  const access = await requestAccess(options.restrictions);
  return access === null ? null : new WebGpuDevice(access, options);
}
