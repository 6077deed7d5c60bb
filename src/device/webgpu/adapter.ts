/**
 * Finds an adapter, opens it with all that it has, and says what it can do.
 *
 * @module
 */
import { type Capabilities, NUMERICS_VERSION } from "../../../kernels/mod.ts";
import type { DeviceDescription, DeviceLimits } from "../device.ts";
import { compiles, READABLE_TEXTURE_PROBE, subgroupProbe } from "./probes.ts";

/** An open adapter. */
export interface GpuAccess {
  /** The platform's device. */
  readonly gpu: GPUDevice;
  /** What variants ask before they say that they fit. */
  readonly capabilities: Capabilities;
  /** What buffers and bindings may measure. */
  readonly limits: DeviceLimits;
  /** What it is called. */
  readonly description: DeviceDescription;
  /** Whether compute passes can be timed. */
  readonly timestamps: boolean;
}

/** Limits smaller than the adapter's own, for tests of what happens at a limit. */
export interface Restrictions {
  /** Largest buffer. */
  readonly maxBufferBytes?: number;
  /** Largest range in one binding. */
  readonly maxBindingBytes?: number;
  /** Largest width and height of a texture. */
  readonly maxTextureSide?: number;
  /** Leaves out subgroups although the adapter has them. */
  readonly withoutSubgroups?: boolean;
}

/** Every limit that a kernel or the device may run into; the defaults of most are a fraction of what adapters have. */
const WANTED_LIMITS = [
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

/** Software drivers by the names that they give themselves. */
const CPU_ADAPTER = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

/** Opens the platform's preferred adapter; null where there is none. */
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
  const capabilities = await findCapabilities(device, adapter, restrictions);
  return {
    gpu: device,
    capabilities,
    limits: findLimits(device, restrictions),
    description: describe(device, adapter, capabilities),
    timestamps: device.features.has("timestamp-query"),
  };
}

/**
 * Where no Vulkan driver is installed, wgpu may fall back to OpenGL on the processor under the same name. It takes minutes for what the CPU device does in
 * seconds, so it counts as no adapter. Vulkan's software driver tells itself apart by half precision and one subgroup size.
 */
function isSoftwareOpenGl(adapter: GPUAdapter): boolean {
  const { subgroupMinSize, subgroupMaxSize } = adapter.info;
  return isCpuAdapter(adapter) && !adapter.features.has("shader-f16") &&
    subgroupMinSize !== subgroupMaxSize;
}

interface Opened {
  readonly device: GPUDevice;
  readonly adapter: GPUAdapter;
}

/** An adapter is spent by a request, so that every try asks for a new one. */
async function openDevice(subgroups: boolean): Promise<Opened | null> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) return null;
  const requiredLimits: Record<string, number> = {};
  for (const name of WANTED_LIMITS) {
    const value = adapter.limits[name];
    if (value !== undefined) requiredLimits[name] = value;
  }
  const requiredFeatures: GPUFeatureName[] = [];
  for (const name of ["timestamp-query", "shader-f16"] as const) {
    if (adapter.features.has(name)) requiredFeatures.push(name);
  }
  // Deno grants subgroups without listing them: only asking tells.
  if (subgroups) requiredFeatures.push("subgroups");
  try {
    const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
    return { device, adapter };
  } catch (error) {
    if (subgroups) return null;
    throw error;
  }
}

async function findCapabilities(
  gpu: GPUDevice,
  adapter: GPUAdapter,
  restrictions: Restrictions,
): Promise<Capabilities> {
  const shaderF16 = gpu.features.has("shader-f16");
  const { subgroupMinSize, subgroupMaxSize } = adapter.info;
  const plain = await compiles(gpu, subgroupProbe(false));
  const directed = !plain && await compiles(gpu, subgroupProbe(true));
  const usable = restrictions.withoutSubgroups !== true && (plain || directed) &&
    subgroupMinSize === subgroupMaxSize && subgroupMinSize > 0;
  return {
    subgroupSize: usable ? subgroupMinSize : null,
    subgroupDirective: directed,
    shaderF16,
    cpuAdapter: isCpuAdapter(adapter),
    readableStorageTextures: await compiles(gpu, READABLE_TEXTURE_PROBE),
    maxTextureSide: Math.min(
      gpu.limits.maxTextureDimension2D,
      restrictions.maxTextureSide ?? Infinity,
    ),
    maxWorkgroupStorageBytes: gpu.limits.maxComputeWorkgroupStorageSize,
    maxInvocationsPerWorkgroup: gpu.limits.maxComputeInvocationsPerWorkgroup,
  };
}

function isCpuAdapter({ info }: GPUAdapter): boolean {
  const names = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return CPU_ADAPTER.test(names) || info.isFallbackAdapter === true;
}

/** Rounded down to the alignment of views, so that sizes which are padded to it stay within the limit. */
function findLimits({ limits }: GPUDevice, restrictions: Restrictions): DeviceLimits {
  const least = (own: number, wanted = Infinity) => Math.floor(Math.min(own, wanted) / 256) * 256;
  return {
    maxBufferBytes: least(limits.maxBufferSize, restrictions.maxBufferBytes),
    maxBindingBytes: least(limits.maxStorageBufferBindingSize, restrictions.maxBindingBytes),
  };
}

function describe(
  gpu: GPUDevice,
  { info }: GPUAdapter,
  { subgroupSize, shaderF16, readableStorageTextures }: Capabilities,
): DeviceDescription {
  const named = info.description || [info.vendor, info.architecture, info.device]
    .filter((part) => part !== "").join(" ");
  return {
    kind: "webgpu",
    adapter: named || "unnamed adapter",
    numerics: {
      version: String(NUMERICS_VERSION),
      vendor: info.vendor,
      architecture: info.architecture,
      subgroupSize: String(subgroupSize ?? "none"),
      shaderF16: String(shaderF16),
      textureOperands: String(readableStorageTextures),
      maxTextureSide: String(gpu.limits.maxTextureDimension2D),
    },
  };
}
