/**
 * Tests and measures the devices of a machine, for `albert doctor` and bug reports.
 *
 * @module
 */
import type { Capabilities } from "../../kernels/mod.ts";
import { openCpuDevice } from "./cpu/cpu_device.ts";
import type { Device, DeviceDescription, DeviceLimits } from "./device.ts";
import { measureCopy, measureMatmul } from "./measure/measure.ts";
import { openTestedWebGpuDevice } from "./open_device.ts";
import { failedFindings, type Finding, selfTest } from "./self_test/self_test.ts";

/** Test results and measurements of one device. */
export interface Examination {
  /** Description of the device. */
  readonly description: DeviceDescription;
  /** Limits of the device. */
  readonly limits: DeviceLimits;
  /** Capabilities of the adapter; null for the CPU device. */
  readonly capabilities: Capabilities | null;
  /** Enabled features of the adapter. */
  readonly features: readonly string[];
  /** Findings of the self-test. */
  readonly findings: readonly Finding[];
  /** Whether the device passed the self-test. Otherwise, speed is not measured. */
  readonly passed: boolean;
  /** Speed of multiplying two 1024 × 1024 matrices. */
  readonly matmulGigaflopsPerSecond: number | null;
  /** Speed of copying 32 MiB, counting bytes read and bytes written. */
  readonly copyGigabytesPerSecond: number | null;
}

/** The examined devices of a machine. */
export interface Examinations {
  /** Null if there is no WebGPU adapter, or the device was not requested. */
  readonly webgpu: Examination | null;
  /** Null if the device was not requested. */
  readonly cpu: Examination | null;
  /** The device that passed the self-test and multiplies matrices faster, or null if none passed. */
  readonly faster: "webgpu" | "cpu" | null;
}

/** Opens, tests and measures the requested devices. */
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
  const passed = failedFindings(findings).length === 0;
  const found = { description, limits, capabilities, features, findings, passed };
  if (!passed) return { ...found, matmulGigaflopsPerSecond: null, copyGigabytesPerSecond: null };
  const matmul = await measureMatmul(device);
  return {
    ...found,
    matmulGigaflopsPerSecond: matmul.gigaflopsPerSecond,
    copyGigabytesPerSecond: await measureCopy(device),
  };
}

function faster(webgpu: Examination | null, cpu: Examination | null): "webgpu" | "cpu" | null {
  if (!webgpu?.passed && !cpu?.passed) return null;
  if (!webgpu?.passed) return "cpu";
  if (!cpu?.passed) return "webgpu";
  return webgpu.matmulGigaflopsPerSecond! >= cpu.matmulGigaflopsPerSecond! ? "webgpu" : "cpu";
}
