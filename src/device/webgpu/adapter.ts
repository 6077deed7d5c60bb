/**
 * Requests an adapter, opens it with all its features and limits, and finds out its capabilities.
 *
 * @module
 */
import {
  canDivideRows,
  type Capabilities,
  NUMERICS_VERSION,
  vendorOf,
  wgsl,
} from "../../../kernels/mod.ts";
import { type DeviceDescription, DeviceError, type DeviceLimits } from "../device.ts";
import {
  type AdapterFacts,
  capabilitiesOf,
  isCpuAdapter,
  limitsOf,
  type Restrictions,
} from "./adapter_facts.ts";

/** An open adapter. */
export interface GpuAccess {
  /** The WebGPU device. */
  readonly gpu: GPUDevice;
  /** Capabilities, which decide what variants support. */
  readonly capabilities: Capabilities;
  /** Limits of buffers and bindings. */
  readonly limits: DeviceLimits;
  /** Description of the device. */
  readonly description: DeviceDescription;
  /** Whether compute passes can be timed with timestamp queries. */
  readonly timestamps: boolean;
}

/** Limits to request from the adapter. Most default limits are a fraction of what adapters support. */
const REQUESTED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxStorageTexturesPerShaderStage",
  "maxTextureDimension2D",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "minUniformBufferOffsetAlignment",
] as const;

/**
 * Returns the name of the platform's preferred adapter if it is a software driver; null for a graphics card, if there is none, or if
 * requesting it fails.
 */
export async function findSoftwareAdapter(): Promise<string | null> {
  if (typeof navigator === "undefined" || navigator.gpu === undefined) return null;
  const adapter = await requestAdapter().catch(() => null);
  if (adapter === null) return null;
  const names = namesOf(adapter);
  return isCpuAdapter(names) ? nameOf(names) : null;
}

/**
 * Opens the platform's preferred adapter. Returns null if there is none.
 *
 * @throws {DeviceError} if it cannot be opened.
 */
export async function requestAccess(restrictions: Restrictions = {}): Promise<GpuAccess | null> {
  if (typeof navigator === "undefined" || navigator.gpu === undefined) return null;
  const subgroups = restrictions.withoutSubgroups !== true;
  const gpu = (subgroups ? await openDevice(true) : null) ?? await openDevice(false);
  if (gpu === null) return null;
  const { device, adapter } = gpu;
  if (isSoftwareOpenGl(adapter)) {
    device.destroy();
    return null;
  }
  const facts = await findFacts(device, adapter).catch((error) => {
    device.destroy();
    throw cannotOpen(adapter, error);
  });
  const capabilities = capabilitiesOf(facts, restrictions);
  return {
    gpu: device,
    capabilities,
    limits: limitsOf(facts, restrictions),
    description: describe(facts, capabilities),
    timestamps: device.features.has("timestamp-query"),
  };
}

/**
 * Whether the adapter is a software OpenGL driver, to which wgpu may fall back if no Vulkan driver is installed. It needs minutes for
 * what the CPU device does in seconds, so it is not used. Software Vulkan drivers have the same name, but support half precision and
 * have a fixed subgroup size.
 */
function isSoftwareOpenGl(adapter: GPUAdapter): boolean {
  const { subgroupMinSize, subgroupMaxSize } = adapter.info;
  return isCpuAdapter(namesOf(adapter)) && !adapter.features.has("shader-f16") &&
    subgroupMinSize !== subgroupMaxSize;
}

/** The part of `Deno` that is used here. */
interface Platform {
  readonly build: { readonly os: string };
  readonly permissions: {
    querySync(descriptor: { name: "env"; variable: string }): { readonly state: string };
  };
  readonly env: {
    get(name: string): string | undefined;
    set(name: string, value: string): void;
    delete(name: string): void;
  };
}

/** Without this variable, Vulkan drivers print warnings to standard error: they look for a Wayland server. */
const RUNTIME_FOLDER = "XDG_RUNTIME_DIR";

/** Requests the fastest adapter. */
async function requestAdapter(): Promise<GPUAdapter | null> {
  const { Deno: platform } = globalThis as { Deno?: Platform };
  const quiet = platform?.build.os === "linux" &&
    platform.permissions.querySync({ name: "env", variable: RUNTIME_FOLDER }).state === "granted" &&
    !platform.env.get(RUNTIME_FOLDER);
  if (quiet) platform.env.set(RUNTIME_FOLDER, "/dev/null"); // There is no Wayland server in it.
  try {
    return await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  } catch (error) {
    throw new DeviceError(`Cannot request a WebGPU adapter: ${reasonOf(error)}`);
  } finally {
    if (quiet) platform.env.delete(RUNTIME_FOLDER);
  }
}

interface Opened {
  readonly device: GPUDevice;
  readonly adapter: GPUAdapter;
}

/** Opens an adapter. Each attempt requests a new one, because an adapter can be opened only once. */
async function openDevice(subgroups: boolean): Promise<Opened | null> {
  const adapter = await requestAdapter();
  if (adapter === null) return null;
  const requiredLimits: Record<string, number> = {};
  for (const name of REQUESTED_LIMITS) {
    const value = adapter.limits[name];
    if (value !== undefined) requiredLimits[name] = value;
  }
  const requiredFeatures: GPUFeatureName[] = [];
  for (const name of ["timestamp-query", "shader-f16"] as const) {
    if (adapter.features.has(name)) requiredFeatures.push(name);
  }
  // Deno supports subgroups without listing the feature, so it must be requested to find out.
  if (subgroups) requiredFeatures.push("subgroups");
  try {
    const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
    return { device, adapter };
  } catch (error) {
    if (subgroups) return null;
    throw cannotOpen(adapter, error);
  }
}

function cannotOpen(adapter: GPUAdapter, error: unknown): DeviceError {
  return new DeviceError(`Cannot open ${nameOf(namesOf(adapter))}: ${reasonOf(error)}`);
}

/** The message of an error without its period, as a part of a sentence. */
function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}

function namesOf({ info }: GPUAdapter) {
  const { vendor, architecture, device, description, isFallbackAdapter } = info;
  return { vendor, architecture, device, description, fallback: isFallbackAdapter === true };
}

async function findFacts(gpu: GPUDevice, adapter: GPUAdapter): Promise<AdapterFacts> {
  const { subgroupMinSize, subgroupMaxSize } = adapter.info;
  const plain = await compiles(gpu, subgroupProbe(false));
  const directed = !plain && await compiles(gpu, subgroupProbe(true));
  return {
    ...namesOf(adapter),
    limits: gpu.limits,
    subgroupMinSize,
    subgroupMaxSize,
    subgroups: plain ? "plain" : directed ? "with directive" : "no",
    shaderF16: gpu.features.has("shader-f16"),
    readableStorageTextures: await compiles(gpu, READABLE_TEXTURE_PROBE),
  };
}

/** A shader that uses a subgroup function: with the `enable` directive that browsers require, or without it as Deno requires. */
function subgroupProbe(directive: boolean): string {
  return wgsl`
${directive ? "enable subgroups;" : ""}
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@compute @workgroup_size(8) fn main() { x[0] = subgroupAdd(x[0]); }`;
}

/** A shader that reads a storage texture of each format of texture operands. */
const READABLE_TEXTURE_PROBE = wgsl`
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var t: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var half: texture_storage_2d<rgba16float, read>;
@compute @workgroup_size(8) fn main() {
  x[0] = textureLoad(t, vec2u(0u, 0u)).x + textureLoad(half, vec2u(0u, 0u)).x;
}`;

/** Whether a pipeline can be created from the shader. Lists of features do not cover every case. */
async function compiles(gpu: GPUDevice, code: string): Promise<boolean> {
  gpu.pushErrorScope("validation");
  try {
    const module = gpu.createShaderModule({ code });
    gpu.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
  } catch {
    await gpu.popErrorScope();
    return false;
  }
  return await gpu.popErrorScope() === null;
}

function describe(facts: AdapterFacts, capabilities: Capabilities): DeviceDescription {
  const { vendor, architecture, limits } = facts;
  const { subgroupSize, shaderF16, readableStorageTextures } = capabilities;
  const nameless = vendorOf({ vendor, description: "" }) !== capabilities.vendor;
  return {
    kind: "webgpu",
    adapter: nameOf(facts),
    numerics: {
      version: String(NUMERICS_VERSION),
      vendor,
      architecture,
      subgroupSize: String(subgroupSize ?? "none"),
      // Only where the others do not determine them: runs of versions that did not record them resume.
      ...(subgroupSize === null && { rowSubgroups: String(canDivideRows(capabilities)) }),
      ...(nameless && { hardware: capabilities.vendor }),
      shaderF16: String(shaderF16),
      textureOperands: String(readableStorageTextures),
      maxTextureSide: String(limits.maxTextureDimension2D),
    },
  };
}

function nameOf(
  { vendor, architecture, device, description }: ReturnType<typeof namesOf>,
): string {
  const parts = [vendor, architecture, device].filter((part) => part !== "");
  return description || parts.join(" ") || "unnamed adapter";
}
