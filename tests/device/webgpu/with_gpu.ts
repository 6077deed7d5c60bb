/** Tests that need a WebGPU adapter: skipped, with a line that says so, where there is none. */
import { whole } from "../../../src/device/device.ts";
import type { DeviceBuffer } from "../../../src/device/mod.ts";
import {
  openWebGpuDevice,
  type WebGpuDevice,
  type WebGpuOptions,
} from "../../../src/device/webgpu/mod.ts";

const adapter = await navigator.gpu?.requestAdapter() ?? null;
if (adapter === null) console.log("no WebGPU adapter: its tests are skipped");

/** Options of a device under test. */
export type TestOptions = WebGpuOptions & {
  /** The test ends with a device that is gone. */
  readonly expectLoss?: boolean;
};

/** Registers a test; a fault that nobody caught fails it. */
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

/** A persistent f32 buffer that holds `values`. */
export function buffer(device: WebGpuDevice, label: string, values: number[]): DeviceBuffer {
  const made = device.allocate(values.length, "f32", label);
  device.write(whole(made), Float32Array.from(values));
  return made;
}

/** 0, 1, 2, … */
export function counting(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
