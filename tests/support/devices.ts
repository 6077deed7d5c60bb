/** One test body over all devices that this machine has. */
import { type Device, openDevice } from "../../src/device/mod.ts";

const adapter = await navigator.gpu?.requestAdapter() ?? null;
if (adapter === null) console.log("no WebGPU adapter: its tests are skipped");

/** Registers a test for the WebGPU and the CPU device; the first is skipped where there is no adapter. */
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
