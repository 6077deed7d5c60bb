/** Tests that require a WebGPU adapter. Without one, they are skipped and a message is printed. */
import { whole } from "../../../src/device/device.ts";
import type { DeviceBuffer } from "../../../src/device/mod.ts";
import {
  openWebGpuDevice,
  type WebGpuDevice,
  type WebGpuOptions,
} from "../../../src/device/webgpu/mod.ts";

const adapter = await navigator.gpu?.requestAdapter() ?? null;
if (adapter === null) console.log("no WebGPU adapter: skipping its tests");

/** Options of a device under test. */
export type TestOptions = WebGpuOptions & {
  /** Whether the device is lost at the end of the test. */
  readonly expectLoss?: boolean;
};

/** Registers a test. It fails if the device reports a fault at its end. */
export function testGpu(
  title: string,
  body: (device: WebGpuDevice) => Promise<void> | void,
  options: TestOptions = {},
): void {
  Deno.test({
    name: `the WebGPU device ${title}`,
    ignore: adapter === null,
    async fn() {
      const device = (await openWebGpuDevice(options))!;
      try {
        await body(device);
        if (!options.expectLoss) await device.settled();
      } finally {
        await device.destroy();
      }
    },
  });
}

/** Allocates an f32 buffer with the contents `values`. */
export function buffer(device: WebGpuDevice, label: string, values: number[]): DeviceBuffer {
  const made = device.allocate(values.length, "f32", label);
  device.write(whole(made), Float32Array.from(values));
  return made;
}

/** 0, 1, 2, … */
export function counting(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
