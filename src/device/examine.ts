/**
 * Tests and measures the devices of a machine, for `albert doctor` and bug reports.
 *
 * @module
 */
import type { Capabilities } from "../../kernels/mod.ts";
import { openCpuDevice } from "./cpu/cpu_device.ts";
import type { Device, DeviceDescription, DeviceLimits } from "./device.ts";
import { measureCopy, measureMatmul } from "./measure/measure.ts";
import { openTestedWebGpuDevice, reasonAgainst } from "./open_device.ts";
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
  /** Why the WebGPU device cannot be opened; absent if it can, or there is no adapter. */
  readonly webgpuFault?: string;
  /** The CPU device with WebAssembly alone; null if it was not requested. */
  readonly cpu: Examination | null;
  /** The CPU device with a BLAS library; null if no library is found, or it was not requested. */
  readonly blas: Examination | null;
  /** The device that passed the self-test and multiplies matrices fastest, or null if none passed. */
  readonly faster: ExaminedName | null;
  /** The device that `auto` uses; null if it is not among the requested ones. */
  readonly auto: AutoChoice | null;
}

/** A device of a machine: `blas` is the CPU device with a BLAS library. */
export type ExaminedName = "webgpu" | "cpu" | "blas";

/** Which device `auto` uses, and why. */
export interface AutoChoice {
  /** The device. */
  readonly device: ExaminedName;
  /** Why it is not WebGPU; null if it is. */
  readonly reason: string | null;
}

/**
 * Opens, tests and measures the requested devices.
 *
 * @param library path of the BLAS library; by default the first that is found
 */
export async function examineDevices(
  names: readonly ExaminedName[] = ["webgpu", "cpu", "blas"],
  library = "auto",
): Promise<Examinations> {
  const opened = names.includes("webgpu") ? await examineWebGpu() : { webgpu: null };
  const cpu = names.includes("cpu") ? await examineCpu() : null;
  const blas = names.includes("blas") ? await examineCpu(library) : null;
  const found = { ...opened, cpu, blas };
  const auto = names.includes("webgpu") && names.includes("cpu") ? autoChoice(found) : null;
  return { ...found, faster: fastest(found), auto };
}

/** The device that `auto` uses on a machine with these devices. */
export function autoChoice(
  { webgpu, webgpuFault, blas }: Pick<Examinations, "webgpu" | "webgpuFault" | "blas">,
): AutoChoice {
  const reason = webgpuFault ?? reasonAgainst(
    webgpu && {
      adapter: webgpu.description.adapter,
      software: webgpu.capabilities?.cpuAdapter,
      findings: webgpu.findings,
    },
  );
  return { device: reason === null ? "webgpu" : blas === null ? "cpu" : "blas", reason };
}

async function examineWebGpu(): Promise<Pick<Examinations, "webgpu" | "webgpuFault">> {
  const { device, findings, fault } = await openTestedWebGpuDevice();
  if (device === null) return { webgpu: null, webgpuFault: fault };
  const { capabilities, gpu } = device.access;
  try {
    return {
      webgpu: await examine(device, findings, capabilities, [...gpu.features].sort()),
    };
  } finally {
    await device.destroy();
  }
}

/** Examines the CPU device; null if it should have a BLAS library and none is found. */
async function examineCpu(blas?: string): Promise<Examination | null> {
  const device = await openCpuDevice({ blas });
  try {
    if (blas !== undefined && device.description.blas === undefined) return null;
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

function fastest(devices: Pick<Examinations, ExaminedName>): ExaminedName | null {
  const speed = (name: ExaminedName) => devices[name]?.matmulGigaflopsPerSecond ?? -Infinity;
  const [best] = (["webgpu", "blas", "cpu"] as const).toSorted((a, b) => speed(b) - speed(a));
  return devices[best]?.passed ? best : null;
}
