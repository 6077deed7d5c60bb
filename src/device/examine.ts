/**
 * Everything that is worth knowing about the devices of a machine, for `albert doctor` and for bug reports.
 *
 * @module
 */
import type { Capabilities } from "../../kernels/mod.ts";
import { openCpuDevice } from "./cpu/cpu_device.ts";
import type { Device, DeviceDescription, DeviceLimits } from "./device.ts";
import { measureCopy, measureProduct } from "./measure/mod.ts";
import { openTestedWebGpuDevice } from "./open_device.ts";
import { type Finding, selfTest, wrongFindings } from "./self_test/mod.ts";

/** One device, tested and measured. */
export interface Examination {
  /** What it is. */
  readonly description: DeviceDescription;
  /** What it may hold and bind. */
  readonly limits: DeviceLimits;
  /** What its shaders can do and use; null for the CPU. */
  readonly capabilities: Capabilities | null;
  /** Features of the adapter that were asked for and granted. */
  readonly features: readonly string[];
  /** What its self-test found. */
  readonly findings: readonly Finding[];
  /** Whether it computes rightly. Speed is measured only then. */
  readonly sound: boolean;
  /** A product of two 1024 × 1024 matrices. */
  readonly productGigaflopsPerSecond: number | null;
  /** A copy of 32 MiB, counting what is read and what is written. */
  readonly copyGigabytesPerSecond: number | null;
}

/** What was found on a machine. */
export interface Examinations {
  /** Null where there is no WebGPU adapter. */
  readonly webgpu: Examination | null;
  /** Null where it was not asked for. */
  readonly cpu: Examination | null;
  /** The faster at matrix products of those that compute rightly. */
  readonly faster: "webgpu" | "cpu" | null;
}

/** Opens, tests and measures the devices named; a device that is not named is null. */
export async function examineDevices(
  names: readonly ("webgpu" | "cpu")[] = ["webgpu", "cpu"],
): Promise<Examinations> {
  const webgpu = names.includes("webgpu") ? await examineWebGpu() : null;
  const cpu = names.includes("cpu") ? await examineCpu() : null;
  return { webgpu, cpu, faster: faster(webgpu, cpu) };
}

async function examineWebGpu(): Promise<Examination | null> {
  const { device, findings } = await openTestedWebGpuDevice();
  if (device === null) return null;
  const { capabilities, gpu } = device.access;
  try {
    return await examine(device, findings, capabilities, [...gpu.features].sort());
  } finally {
    await device.destroy();
  }
}

async function examineCpu(): Promise<Examination> {
  const device = await openCpuDevice();
  try {
    return await examine(device, await selfTest(device, null), null, []);
  } finally {
    await device.destroy();
  }
}

async function examine(
  device: Device,
  findings: readonly Finding[],
  capabilities: Capabilities | null,
  features: readonly string[],
): Promise<Examination> {
  const { description, limits } = device;
  const sound = wrongFindings(findings).length === 0;
  const found = { description, limits, capabilities, features, findings, sound };
  if (!sound) return { ...found, productGigaflopsPerSecond: null, copyGigabytesPerSecond: null };
  const product = await measureProduct(device);
  return {
    ...found,
    productGigaflopsPerSecond: product.gigaflopsPerSecond,
    copyGigabytesPerSecond: await measureCopy(device),
  };
}

function faster(webgpu: Examination | null, cpu: Examination | null): "webgpu" | "cpu" | null {
  if (!webgpu?.sound && !cpu?.sound) return null;
  if (!webgpu?.sound) return "cpu";
  if (!cpu?.sound) return "webgpu";
  return webgpu.productGigaflopsPerSecond! >= cpu.productGigaflopsPerSecond! ? "webgpu" : "cpu";
}
