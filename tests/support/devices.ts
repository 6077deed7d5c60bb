/** Tests that run on all devices of this machine. */
import { type Device, openDevice } from "../../src/device/mod.ts";

const adapter = await navigator.gpu?.requestAdapter() ?? null;
if (adapter === null) console.log("no WebGPU adapter found; its tests are skipped");

/** Registers a test for the WebGPU and the CPU device. The first is skipped if no adapter is found. */
export function testDevices(name: string, body: (device: Device) => Promise<void>): void {
  for (const kind of ["webgpu", "cpu"] as const) {
    Deno.test({
      name: `${name}, on ${kind}`,
      ignore: kind === "webgpu" && adapter === null,
      async fn() {
        const device = await openDevice({ device: kind });
        try {
          await body(device);
          await device.settled();
        } finally {
          await device.destroy();
        }
      },
    });
  }
}

/** The values of `--device` for what users run without it: a software adapter needs the second. */
export function autoAndWebGpu(): ("auto" | "webgpu")[] {
  return adapter === null ? ["auto"] : ["auto", "webgpu"];
}
