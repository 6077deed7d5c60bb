/** Runs every variant of a kernel on a WebGPU device. */
import type { Kernel, KernelCase, Variant } from "../../../kernels/mod.ts";
import {
  type Device,
  type DeviceBuffer,
  type HostArray,
  openWebGpuDevice,
  type WebGpuDevice,
  whole,
} from "../../../src/device/mod.ts";
import { outputs } from "./case_arrays.ts";

/** A device that runs the variant that the test selects. */
export interface VariantRunner {
  readonly device: WebGpuDevice;
  /** The variants that support the case on this adapter. */
  supported(kernel: Kernel, some: KernelCase): readonly Variant[];
  /** Runs the variant once and returns the contents of the written bindings. */
  run(
    kernel: Kernel,
    variant: Variant,
    some: KernelCase,
    arrays: Readonly<Record<string, HostArray>>,
  ): Promise<Record<string, HostArray>>;
}

/** Opens the runner; null if there is no adapter. */
export async function openVariantRunner(): Promise<VariantRunner | null> {
  let wanted: string | undefined;
  const device = await openWebGpuDevice({ variantOf: () => wanted });
  if (device === null) return null;
  return {
    device,
    supported: (kernel, { structural, uniforms }) =>
      kernel.variants.filter((variant) =>
        variant.supports({ structural, uniforms, capabilities: device.access.capabilities })
      ),
    async run(kernel, variant, some, arrays) {
      const { structural, uniforms } = some;
      const buffers: Record<string, DeviceBuffer> = {};
      for (const [name, array] of Object.entries(arrays)) {
        buffers[name] = upload(device, name, kernel.bindings[name].type, array);
      }
      const bindings = Object.fromEntries(
        Object.entries(buffers).map(([name, buffer]) => [name, whole(buffer)]),
      );
      wanted = variant.name;
      device.run(kernel, { bindings, uniforms, structural });
      const names = outputs(kernel, some);
      const read = await Promise.all(names.map((name) => device.read(bindings[name])));
      for (const buffer of Object.values(buffers)) device.free(buffer);
      return Object.fromEntries(names.map((name, i) => [name, read[i]]));
    },
  };
}

function upload(
  device: Device,
  label: string,
  type: "f32" | "u32",
  array: HostArray,
): DeviceBuffer {
  const buffer = device.allocate(array.length, type, label);
  device.write(whole(buffer), array);
  return buffer;
}
