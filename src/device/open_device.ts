/**
 * Opens a device by its name on the command line.
 *
 * @module
 */
import type { Capabilities } from "../../kernels/mod.ts";
import { checkCount, checkOneOf, checkOptions } from "../json/mod.ts";
import { BLAS_PACKAGE } from "./cpu/blas_libraries.ts";
import { type CpuDeviceOptions, openCpuDevice } from "./cpu/cpu_device.ts";
import { type Device, type DeviceDescription, DeviceError } from "./device.ts";
import { failedFindings, type Finding, selfTest } from "./self_test/self_test.ts";
import {
  findSoftwareAdapter,
  openWebGpuDevice,
  type WebGpuDevice,
  type WebGpuOptions,
} from "./webgpu/mod.ts";

/** The values of `--device`. */
export type DeviceName = "auto" | "webgpu" | "cpu";

const DEVICE_NAMES: readonly DeviceName[] = ["auto", "webgpu", "cpu"];

/** Options of {@linkcode openDevice}. */
export interface OpenDeviceOptions extends WebGpuOptions, CpuDeviceOptions {
  /**
   * With `auto`, WebGPU if there is a graphics card that passes the self-test, else the CPU, with a BLAS library if one is found. The
   * choice never depends on timing. Software adapters, which are slower than the CPU device, are opened with `webgpu` only.
   */
  readonly device: DeviceName;
  /** Called with a message for the user, such as why `auto` does not use the adapter. */
  readonly onNotice?: (message: string) => void;
}

/**
 * Opens a device. A WebGPU device must pass the self-test.
 *
 * @throws {DeviceError} if `device` is "webgpu" and there is no adapter, or it cannot be opened or fails the self-test.
 * @throws {RangeError} if an option has an invalid value; the message lists the valid ones.
 * @throws {TypeError} if an option is unknown; the message lists the valid names.
 */
export async function openDevice(options: OpenDeviceOptions): Promise<Device> {
  checkOpenDeviceOptions(options);
  if (options.device === "cpu") return await openCpuDevice(options);
  const auto = options.device === "auto";
  const software = auto ? await findSoftwareAdapter() : null;
  let reason = software === null ? null : reasonAgainst({ adapter: software, software: true });
  if (reason === null) {
    const { device, findings, fault } = await openTestedWebGpuDevice(options);
    reason = fault ?? reasonAgainst(device && { adapter: device.description.adapter, findings });
    if (device !== null && reason === null) return device;
    await device?.destroy();
  }
  if (!auto) {
    const fix = hasWebGpu()
      ? "install or update a graphics driver (mesa-vulkan-drivers on Debian)"
      : "in Node, install the npm package webgpu";
    throw new DeviceError(`${reason}; ${fix}, or use --device cpu`);
  }
  const cpu = await openCpuDevice({ ...options, blas: options.blas ?? "auto" });
  const slow = cpu.description.blas === undefined && options.blas !== "none" && "Deno" in globalThis
    ? ` without a BLAS library, which would make it faster (${BLAS_PACKAGE} on Debian)`
    : "";
  options.onNotice?.(`${reason}; using the CPU device${slow}`);
  return cpu;
}

/** What decides whether `auto` uses an adapter. */
export interface FoundAdapter {
  /** Its name. */
  readonly adapter: string;
  /** Whether it computes on the processor. */
  readonly software?: boolean;
  /** Findings of the self-test. */
  readonly findings?: readonly Finding[];
}

/**
 * Returns why `auto` does not use an adapter; null if it uses it.
 *
 * @param found null if there is no adapter
 */
export function reasonAgainst(found: FoundAdapter | null): string | null {
  if (found === null) return hasWebGpu() ? "No WebGPU adapter found" : "This runtime has no WebGPU";
  const { adapter, software, findings = [] } = found;
  if (software) return `${adapter} is a software adapter`;
  const failed = failedFindings(findings).map(({ name, detail }) => `${name}: ${detail}`);
  return failed.length > 0 ? `${adapter} fails the self-test (${failed.join("; ")})` : null;
}

function hasWebGpu(): boolean {
  const { navigator } = globalThis as { navigator?: { gpu?: unknown } };
  return navigator?.gpu !== undefined;
}

/** The options' names; the type makes the list complete. */
const OPTION_NAMES: Readonly<Record<keyof OpenDeviceOptions, true>> = {
  device: true,
  onNotice: true,
  workers: true,
  simd: true,
  blas: true,
  variantOf: true,
  choiceVersion: true,
  textureBytes: true,
  restrictions: true,
};

/** Checks options at run time, because JavaScript has no types. */
function checkOpenDeviceOptions(options: OpenDeviceOptions): void {
  checkOptions("openDevice()", options, Object.keys(OPTION_NAMES));
  checkOneOf("device", options.device, DEVICE_NAMES);
  if (options.workers !== undefined) checkCount("workers", options.workers);
  if (options.simd !== undefined) checkOneOf("simd", options.simd, [true, false]);
}

/** A device and the findings of its self-test. */
export interface TestedDevice {
  /** Null if there is no adapter, or it cannot be opened. */
  readonly device: WebGpuDevice | null;
  /** Empty without a device. */
  readonly findings: readonly Finding[];
  /** Why the adapter cannot be opened; absent if it can, or there is none. */
  readonly fault?: string;
}

/** What an adapter may be used without, by the name of its test, and what is then noted. */
const OPTIONAL = {
  "half precision": {
    restrictions: { withoutHalfPrecision: true },
    detail: "wrong results; half precision is not used",
  },
  "subgroups": {
    restrictions: { withoutSubgroups: true },
    detail: "wrong results; subgroups are not used",
  },
} as const;

/**
 * Opens the WebGPU device and runs the self-test, whose findings may include failures. An adapter that fails only with subgroups or
 * half precision is opened without them. The field `fault` gives the reason if the adapter cannot be opened.
 */
export async function openTestedWebGpuDevice(options: WebGpuOptions = {}): Promise<TestedDevice> {
  const device = await openWebGpuDevice(options).catch((error) => {
    if (error instanceof DeviceError) return error;
    throw error;
  });
  if (device instanceof DeviceError) return { device: null, findings: [], fault: device.message };
  if (device === null) return { device, findings: [] };
  const { capabilities } = device.access;
  const findings = await selfTest(device, capabilities);
  const unused = unusedParts(findings, capabilities);
  if (unused.length === 0) return { device, findings };
  const restrictions = unused.reduce(
    (others, part) => ({ ...others, ...OPTIONAL[part].restrictions }),
    options.restrictions ?? {},
  );
  // An adapter that cannot be opened again is reported with its failures.
  const plain = await openWebGpuDevice({ ...options, restrictions }).catch(() => null);
  if (plain === null) return { device, findings };
  const plainFindings = await selfTest(plain, plain.access.capabilities);
  if (failedFindings(plainFindings).length > 0) {
    await plain.destroy();
    return { device, findings };
  }
  await device.destroy();
  const noted = (part: keyof typeof OPTIONAL): Finding => ({
    name: part,
    outcome: "noted",
    detail: OPTIONAL[part].detail,
  });
  const others = plainFindings.filter(({ name }) => !unused.some((part) => part === name));
  return { device: plain, findings: [...others, ...unused.map(noted)] };
}

/** What to open an adapter without, which may then pass the self-test. Subgroups may change the results of every other test. */
function unusedParts(
  findings: readonly Finding[],
  { minSubgroupSize }: Capabilities,
): (keyof typeof OPTIONAL)[] {
  const failed = failedFindings(findings).map(({ name }) => name);
  const half = failed.includes("half precision");
  const others = failed.length > Number(half);
  if (others && minSubgroupSize === null) return [];
  return [...(half ? ["half precision" as const] : []), ...(others ? ["subgroups" as const] : [])];
}

/** A device in one line, such as `webgpu: llvmpipe (LLVM 15.0.6, 256 bits)`. */
export function describeDevice({ kind, adapter }: DeviceDescription): string {
  return `${kind}: ${adapter}`;
}
