/**
 * Adapters that are described instead of present: what a training step would dispatch on them can be planned on any machine.
 *
 * @module
 */
import type { Capabilities } from "../../../kernels/mod.ts";
import { isObject, parseJsonObject, quote } from "../../json/mod.ts";
import type { DeviceLimits } from "../device.ts";
import {
  type AdapterFacts,
  type AdapterLimits,
  capabilitiesOf,
  limitsOf,
} from "./adapter_facts.ts";

/** An adapter that is not present. */
export interface DescribedAdapter {
  /** Name in results. */
  readonly name: string;
  /** Capabilities, which decide what variants support. */
  readonly capabilities: Capabilities;
  /** Limits of buffers and bindings. */
  readonly limits: DeviceLimits;
  /** Largest number of storage buffers that a kernel binds. */
  readonly maxStorageBuffers: number;
}

/** The limits that WebGPU guarantees. */
const LEAST_LIMITS: AdapterLimits = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxStorageBuffersPerShaderStage: 8,
  maxTextureDimension2D: 8192,
  maxComputeWorkgroupStorageSize: 16_384,
  maxComputeInvocationsPerWorkgroup: 256,
};

interface Description {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly device?: string;
  readonly description?: string;
  readonly subgroupMinSize?: number;
  readonly subgroupMaxSize?: number;
  readonly features?: readonly string[];
  readonly limits?: Partial<AdapterLimits>;
}

const TWO_GIBIBYTES = 2 ** 31 - 4;

/** Limits of desktop drivers in Deno. */
const DESKTOP_LIMITS: AdapterLimits = {
  maxBufferSize: 2 ** 31 - 1,
  maxStorageBufferBindingSize: TWO_GIBIBYTES,
  maxStorageBuffersPerShaderStage: 64,
  maxTextureDimension2D: 16_384,
  maxComputeWorkgroupStorageSize: 65_536,
  maxComputeInvocationsPerWorkgroup: 1024,
};

/**
 * As Deno 2.9.6 reports them with RADV (navi31), NVK (GA102), ANV (DG2) and llvmpipe. Those of the other three follow wgpu's Metal
 * back end and, for Mali (Valhall) and Adreno (700), the limits in Mesa's PanVK and Turnip.
 */
const ADAPTERS: Readonly<Record<string, Description>> = {
  "rdna3": {
    vendor: "4098",
    device: "29772",
    description: "AMD Radeon RX 7900 XTX (RADV NAVI31)",
    subgroupMinSize: 32,
    subgroupMaxSize: 64,
    features: ["shader-f16"],
    limits: DESKTOP_LIMITS,
  },
  "sm86": {
    vendor: "4318",
    device: "8708",
    description: "NVIDIA GeForce RTX 3090",
    subgroupMinSize: 32,
    subgroupMaxSize: 32,
    features: ["shader-f16"],
    limits: {
      ...DESKTOP_LIMITS,
      maxTextureDimension2D: 32_768,
      maxComputeWorkgroupStorageSize: 49_152,
    },
  },
  "arc": {
    vendor: "32902",
    device: "22160",
    description: "Intel(R) Arc(tm) A770M Graphics (DG2)",
    subgroupMinSize: 8,
    subgroupMaxSize: 32,
    features: ["shader-f16"],
    limits: DESKTOP_LIMITS,
  },
  "apple-m": {
    vendor: "apple",
    architecture: "metal-3",
    description: "Apple M3 Max",
    subgroupMinSize: 4,
    subgroupMaxSize: 64,
    features: ["shader-f16"],
    limits: {
      ...DESKTOP_LIMITS,
      maxStorageBuffersPerShaderStage: 31,
      maxComputeWorkgroupStorageSize: 32_768,
    },
  },
  "mali": {
    vendor: "arm",
    architecture: "valhall",
    description: "Mali-G715",
    subgroupMinSize: 16,
    subgroupMaxSize: 16,
    features: ["shader-f16"],
    limits: {
      ...DESKTOP_LIMITS,
      maxBufferSize: 2 ** 30,
      maxStorageBufferBindingSize: 2 ** 30,
      maxComputeWorkgroupStorageSize: 32_768,
    },
  },
  "adreno": {
    vendor: "qualcomm",
    architecture: "adreno-7xx",
    description: "Adreno (TM) 740",
    subgroupMinSize: 64,
    subgroupMaxSize: 128,
    features: ["shader-f16"],
    limits: {
      ...DESKTOP_LIMITS,
      maxStorageBufferBindingSize: 2 ** 27,
      maxComputeWorkgroupStorageSize: 32_768,
    },
  },
  "llvmpipe": {
    vendor: "65541",
    device: "0",
    description: "llvmpipe (LLVM 15.0.6, 256 bits)",
    subgroupMinSize: 8,
    subgroupMaxSize: 8,
    features: ["shader-f16"],
    limits: {
      ...DESKTOP_LIMITS,
      maxStorageBufferBindingSize: 2 ** 27,
      maxStorageBuffersPerShaderStage: 32,
      maxComputeWorkgroupStorageSize: 32_768,
    },
  },
};

/** The names that {@linkcode namedAdapter} knows. */
export const ADAPTER_NAMES: readonly string[] = Object.keys(ADAPTERS);

/** Returns a known adapter, or undefined. */
export function namedAdapter(name: string): DescribedAdapter | undefined {
  return Object.hasOwn(ADAPTERS, name) ? describedAdapter(name, ADAPTERS[name]) : undefined;
}

function describedAdapter(name: string, description: Description): DescribedAdapter {
  const { subgroupMinSize = 0, subgroupMaxSize = 0, features = [], ...names } = description;
  const limits = { ...LEAST_LIMITS, ...description.limits };
  const facts: AdapterFacts = {
    ...{ vendor: "", architecture: "", device: "", description: "", ...names },
    limits,
    subgroupMinSize,
    subgroupMaxSize,
    // Deno supports subgroups without listing the feature.
    subgroups: subgroupMaxSize > 0 ? "plain" : "no",
    shaderF16: features.includes("shader-f16"),
    readableStorageTextures: true,
    fallback: false,
  };
  return {
    name,
    capabilities: capabilitiesOf(facts),
    limits: limitsOf(facts),
    maxStorageBuffers: limits.maxStorageBuffersPerShaderStage,
  };
}

const NAMES = ["vendor", "architecture", "device", "description"] as const;
const SUBGROUP_SIZES = ["subgroupMinSize", "subgroupMaxSize"] as const;
const FIELDS = ["name", ...NAMES, ...SUBGROUP_SIZES, "features", "limits", "info"];

/**
 * Reads the description of an adapter: a JSON object with the `limits`, the `features` and the `info` of a `GPUAdapter`. The fields of
 * `info` may stand next to the others, as in `{"vendor": "amd", "subgroupMinSize": 32, "subgroupMaxSize": 64, "features":
 * ["shader-f16"], "limits": {"maxBufferSize": 2147483647}}`. Limits that are absent have the values that WebGPU guarantees. Without
 * subgroup sizes, the adapter has no subgroups.
 *
 * @param file names the description in errors, and in results if it has no `name`
 * @throws {SyntaxError} if the text is not a JSON object, or a field is unknown or has a wrong value.
 */
export function readAdapter(text: string, file: string): DescribedAdapter {
  const wrong = (reason: string) =>
    new SyntaxError(`${file} is not a valid description of an adapter: ${reason}`);
  let object: Record<string, unknown>;
  try {
    object = parseJsonObject(text);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const { info, ...top } = object;
  if (info !== undefined && !isObject(info)) {
    throw wrong(`info must be an object, got ${quote(info)}`);
  }
  // An adapter's info has more fields than decide anything.
  const fields: Record<string, unknown> = { ...pick(info ?? {}, FIELDS), ...top };
  const unknown = Object.keys(fields).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) {
    throw wrong(`unknown field ${quote(unknown)}, expected one of ${FIELDS.join(", ")}`);
  }
  for (const field of ["name", ...NAMES]) {
    if (fields[field] !== undefined && typeof fields[field] !== "string") {
      throw wrong(`${field} must be a string, got ${quote(fields[field])}`);
    }
  }
  const { features = [], limits = {}, subgroupMinSize, subgroupMaxSize } = fields;
  if (!Array.isArray(features) || features.some((feature) => typeof feature !== "string")) {
    throw wrong(`features must be a list of strings, got ${quote(features)}`);
  }
  if (!isObject(limits)) throw wrong(`limits must be an object, got ${quote(limits)}`);
  for (const [limit, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || (value as number) < 0) {
      throw wrong(`limits.${limit} must be a non-negative integer, got ${quote(value)}`);
    }
  }
  for (const field of SUBGROUP_SIZES) {
    const size = fields[field] ?? 0;
    if (![0, 1, 2, 4, 8, 16, 32, 64, 128].includes(size as number)) {
      throw wrong(`${field} must be a power of two up to 128, got ${quote(size)}`);
    }
  }
  const [least, most] = [subgroupMinSize, subgroupMaxSize] as (number | undefined)[];
  if ((least === undefined) !== (most === undefined) || (least ?? 0) > (most ?? 0)) {
    throw wrong(
      `subgroupMinSize and subgroupMaxSize must be given together, the smaller first, got ${
        quote(least ?? null)
      } and ${quote(most ?? null)}`,
    );
  }
  const { name = file, ...description } = fields;
  return describedAdapter(name as string, {
    ...description,
    limits: pick(limits, Object.keys(LEAST_LIMITS)),
  });
}

function pick(
  object: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => names.includes(name)));
}
