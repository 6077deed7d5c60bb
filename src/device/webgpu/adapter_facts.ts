/**
 * What an adapter reports about itself, and what the kernels may use of it. Real adapters and descriptions of adapters that are not
 * present share this code.
 *
 * @module
 */
import { type Capabilities, fillingWorkgroups, vendorOf } from "../../../kernels/mod.ts";
import type { DeviceLimits } from "../device.ts";

/** The limits of an adapter that decide what it can run. */
export interface AdapterLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxStorageBuffersPerShaderStage: number;
  readonly maxTextureDimension2D: number;
  readonly maxComputeWorkgroupStorageSize: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
}

/** What an adapter reports, and what probes found out. */
export interface AdapterFacts {
  /** A name (`amd`) in browsers, a PCI number (`4098`) in Deno. */
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Whether the platform marks it as a software adapter. */
  readonly fallback: boolean;
  readonly limits: AdapterLimits;
  /** Smallest size of a subgroup; 0 if unknown. */
  readonly subgroupMinSize: number;
  /** Largest size of a subgroup; 0 if unknown. */
  readonly subgroupMaxSize: number;
  /** Whether shaders can use subgroup functions: without or with the `enable` directive. */
  readonly subgroups: "no" | "plain" | "with directive";
  readonly shaderF16: boolean;
  readonly readableStorageTextures: boolean;
}

/** Limits below the adapter's own, and what not to use of it. */
export interface Restrictions {
  /** Largest buffer, in bytes. */
  readonly maxBufferBytes?: number;
  /** Largest binding, in bytes. */
  readonly maxBindingBytes?: number;
  /** {@linkcode DeviceLimits.fillingWorkgroups}. */
  readonly fillingWorkgroups?: number;
  /** Largest width and height of a texture, in texels. */
  readonly maxTextureSide?: number;
  /** Whether to disable subgroups. */
  readonly withoutSubgroups?: boolean;
  /** Whether to disable half precision. */
  readonly withoutHalfPrecision?: boolean;
}

/** Matches the names of software drivers. */
const CPU_ADAPTER = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

/** Whether the names of an adapter are those of a software driver. */
export function isCpuAdapter(
  { vendor, architecture, device, description, fallback }: Pick<
    AdapterFacts,
    "vendor" | "architecture" | "device" | "description" | "fallback"
  >,
): boolean {
  return CPU_ADAPTER.test(`${vendor} ${architecture} ${device} ${description}`) || fallback;
}

/** The capabilities of an adapter, which decide what variants support and prefer. */
export function capabilitiesOf(
  facts: AdapterFacts,
  { withoutSubgroups, withoutHalfPrecision, maxTextureSide = Infinity }: Restrictions = {},
): Capabilities {
  const { limits, subgroups, subgroupMinSize, subgroupMaxSize } = facts;
  const usable = withoutSubgroups !== true && subgroups !== "no" && subgroupMinSize > 0;
  return {
    vendor: vendorOf(facts),
    subgroupSize: usable && subgroupMinSize === subgroupMaxSize ? subgroupMinSize : null,
    minSubgroupSize: usable ? subgroupMinSize : null,
    subgroupDirective: subgroups === "with directive",
    shaderF16: facts.shaderF16 && withoutHalfPrecision !== true,
    cpuAdapter: isCpuAdapter(facts),
    readableStorageTextures: facts.readableStorageTextures,
    maxTextureSide: Math.min(limits.maxTextureDimension2D, maxTextureSide),
    maxWorkgroupStorageBytes: limits.maxComputeWorkgroupStorageSize,
    maxInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
  };
}

/** Limits of a device. Those of buffers and bindings are rounded down to the alignment of views so that padded sizes stay within them. */
export function limitsOf(facts: AdapterFacts, restrictions: Restrictions = {}): DeviceLimits {
  const { limits } = facts;
  const least = (own: number, restricted = Infinity) =>
    Math.floor(Math.min(own, restricted) / 256) * 256;
  return {
    maxBufferBytes: least(limits.maxBufferSize, restrictions.maxBufferBytes),
    maxBindingBytes: least(limits.maxStorageBufferBindingSize, restrictions.maxBindingBytes),
    fillingWorkgroups: restrictions.fillingWorkgroups ?? fillingWorkgroups(capabilitiesOf(facts)),
  };
}
