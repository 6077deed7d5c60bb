/** A device whose kernels can be made to write NaN. */
import type { Kernel } from "../../kernels/mod.ts";
import type { Device, Run } from "../../src/device/mod.ts";

/** What the device shall do wrong. */
export interface KernelFault {
  /** Runs of the kernel until then are right. */
  after: number;
  /** Its name. */
  kernel: string;
}

/** A device that hands everything on, counts kernels and spoils one run of one of them. */
export function faultyDevice(
  device: Device,
  fault: KernelFault | null,
): { device: Device; counts: Map<string, number> } {
  const counts = new Map<string, number>();
  const run = (kernel: Kernel, values: Run): void => {
    device.run(kernel, values);
    const count = (counts.get(kernel.name) ?? 0) + 1;
    counts.set(kernel.name, count);
    if (kernel.name !== fault?.kernel || count !== fault.after + 1) return;
    for (const [name, { access, type }] of Object.entries(kernel.bindings)) {
      const view = values.bindings[name];
      if (access === "read" || type !== "f32" || view === undefined) continue;
      device.write({ ...view, length: 1 }, Float32Array.of(NaN));
      return;
    }
  };
  const handed = new Proxy(device, {
    get(target, property) {
      if (property === "run") return run;
      const value = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { device: handed, counts };
}
