/** Runs a kernel's case on any device. */
import type { Kernel, KernelCase } from "../../../kernels/mod.ts";
import { type Device, type HostArray, whole } from "../../../src/device/mod.ts";
import { caseArrays, outputs } from "./case_arrays.ts";

/** Contents of the written bindings after one run, by name. The inputs depend on the case alone. */
export async function runCase(
  device: Device,
  kernel: Kernel,
  some: KernelCase,
): Promise<Record<string, HostArray>> {
  const { structural, uniforms } = some;
  const arrays = Object.entries(caseArrays(kernel, some, 1));
  const buffers = Object.fromEntries(arrays.map(([name, array]) => {
    const buffer = device.allocate(array.length, kernel.bindings[name].type, name);
    device.write(whole(buffer), array);
    return [name, buffer];
  }));
  const bindings = Object.fromEntries(
    Object.entries(buffers).map(([name, buffer]) => [name, whole(buffer)]),
  );
  device.run(kernel, { bindings, uniforms, structural });
  const names = outputs(kernel, some);
  const read = await Promise.all(names.map((name) => device.read(bindings[name])));
  for (const buffer of Object.values(buffers)) device.free(buffer);
  return Object.fromEntries(names.map((name, i) => [name, read[i]]));
}

/** The sum of the lengths of a case's bindings. */
export function totalLength(kernel: Kernel, { uniforms, structural }: KernelCase): number {
  return Object.values(kernel.lengths(uniforms, structural)).reduce((a, b) => a + b, 0);
}

/** Whether two arrays have the same bits, where all NaN are equal. */
export function sameBits(a: HostArray, b: HostArray): boolean {
  return a.length === b.length && a.every((value: number, i: number) => Object.is(value, b[i]));
}
