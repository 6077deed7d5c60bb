/**
 * Opens a device by its name on the command line.
 *
 * @module
 */
import { type CpuDeviceOptions, openCpuDevice } from "./cpu/cpu_device.ts";
import { type Device, type DeviceDescription, DeviceError } from "./device.ts";
import { type Finding, selfTest, wrongFindings } from "./self_test/mod.ts";
import { openWebGpuDevice, type WebGpuDevice, type WebGpuOptions } from "./webgpu/mod.ts";

/** Names of devices, as `--device` takes them. */
export type DeviceName = "auto" | "webgpu" | "cpu";

/** Options of {@linkcode openDevice}. */
export interface OpenDeviceOptions extends WebGpuOptions, CpuDeviceOptions {
  /** `auto`: WebGPU where an adapter passes the self-test, else the CPU. Never decided by timing. */
  readonly device: DeviceName;
  /** Told in a sentence what the caller may want to know, as why `auto` did not take an adapter. */
  readonly onNotice?: (sentence: string) => void;
}

/**
 * Opens a device that has shown that it computes rightly.
 *
 * @throws {DeviceError} when WebGPU is asked for and there is no adapter, or it computes wrongly.
 */
export async function openDevice(options: OpenDeviceOptions): Promise<Device> {
  if (options.device === "cpu") return await openCpuDevice(options);
  const { device, findings } = await openTestedWebGpuDevice(options);
  const wrong = wrongFindings(findings);
  if (device !== null && wrong.length === 0) return device;
  await device?.destroy();
  const reason = device === null
    ? "No WebGPU adapter was found"
    : `${device.description.adapter} computes wrongly (${
      wrong.map(({ name, detail }) => `${name}: ${detail}`).join("; ")
    })`;
  if (options.device === "webgpu") {
    throw new DeviceError(
      `${reason}: install or update a graphics driver (mesa-vulkan-drivers on Debian), or use --device cpu`,
    );
  }
  options.onNotice?.(`${reason}; computing on the CPU`);
  return await openCpuDevice(options);
}

/** A device and what its self-test found. */
export interface TestedDevice {
  /** Null where there is no adapter. */
  readonly device: WebGpuDevice | null;
  /** Empty without an adapter. */
  readonly findings: readonly Finding[];
}

/**
 * Opens the WebGPU device and tests it, right or wrong. An adapter that is wrong with subgroups only is opened without them.
 */
export async function openTestedWebGpuDevice(options: WebGpuOptions = {}): Promise<TestedDevice> {
  const device = await openWebGpuDevice(options);
  if (device === null) return { device, findings: [] };
  const { capabilities } = device.access;
  const findings = await selfTest(device, capabilities);
  if (wrongFindings(findings).length === 0 || capabilities.subgroupSize === null) {
    return { device, findings };
  }
  const restrictions = { ...options.restrictions, withoutSubgroups: true };
  const plain = await openWebGpuDevice({ ...options, restrictions });
  if (plain === null) return { device, findings };
  const plainFindings = await selfTest(plain, plain.access.capabilities);
  if (wrongFindings(plainFindings).length > 0) {
    await plain.destroy();
    return { device, findings };
  }
  await device.destroy();
  const refused: Finding = {
    name: "subgroups",
    outcome: "noted",
    detail: "wrong on this adapter and not used",
  };
  const others = plainFindings.filter(({ name }) => name !== "subgroups");
  return { device: plain, findings: [...others, refused] };
}

/** A device in one line: `webgpu: llvmpipe (LLVM 15.0.6, 256 bits)`. */
export function describeDevice({ kind, adapter }: DeviceDescription): string {
  return `${kind}: ${adapter}`;
}
