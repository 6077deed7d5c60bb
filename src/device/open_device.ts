/**
 * Opens a device by its name on the command line.
 *
 * @module
 */
import { type Device, DeviceError } from "./device.ts";
import { openReferenceDevice } from "./reference/mod.ts";
import { openWebGpuDevice, type WebGpuOptions } from "./webgpu/mod.ts";

/** Options of {@linkcode openDevice}. */
export interface OpenDeviceOptions extends WebGpuOptions {
  /** `auto`: WebGPU where an adapter passes the self-test, else the CPU. Never decided by timing. */
  readonly device: "auto" | "webgpu" | "cpu";
}

/**
 * Opens a device.
 *
 * @throws {DeviceError} when WebGPU is asked for and there is no adapter, or it computes wrongly.
 */
export async function openDevice(options: OpenDeviceOptions): Promise<Device> {
  if (options.device !== "cpu") {
    const device = await openWebGpuDevice(options);
    if (device !== null) return device;
    if (options.device === "webgpu") {
      throw new DeviceError(
        "No WebGPU adapter: install a graphics driver (on Debian: mesa-vulkan-drivers) or use --device cpu",
      );
    }
  }
  return openReferenceDevice({ precision: "f32" });
}
