/**
 * The device over WebGPU: in Deno and in browsers.
 *
 * @module
 */
import { type GpuAccess, requestAccess, type Restrictions } from "./adapter.ts";
import { WebGpuDevice, type WebGpuOptions } from "./webgpu_device.ts";

export { type GpuAccess, requestAccess, type Restrictions } from "./adapter.ts";
export type { Holder } from "./buffer_pool.ts";
export type { VariantOf } from "./choose.ts";
export { type CacheSizes, WebGpuDevice, type WebGpuOptions } from "./webgpu_device.ts";

/** Opens the platform's preferred adapter; null where there is none. */
export async function openWebGpuDevice(
  options: WebGpuOptions & { readonly restrictions?: Restrictions } = {},
): Promise<WebGpuDevice | null> {
  const access: GpuAccess | null = await requestAccess(options.restrictions);
  return access === null ? null : new WebGpuDevice(access, options);
}
