/**
 * What follows from the vendor of an adapter about its hardware: WebGPU reports neither the number of cores nor the size of register files.
 *
 * @module
 */
import type { Capabilities } from "./kernel.ts";

/** Vendor of an adapter. */
export type Vendor =
  | "amd"
  | "apple"
  | "arm"
  | "imagination"
  | "intel"
  | "nvidia"
  | "qualcomm"
  | "other";

/** PCI numbers, which Deno reports in place of names. */
const NUMBERS: Readonly<Record<string, Vendor>> = {
  "4098": "amd",
  "4112": "imagination",
  "4203": "apple",
  "4318": "nvidia",
  "5045": "arm",
  "20803": "qualcomm",
  "32902": "intel",
};

const NAMES: readonly (readonly [name: RegExp, vendor: Vendor])[] = [
  [/\b(amd|ati|radeon|radv)\b/, "amd"],
  [/\bapple\b/, "apple"],
  [/\b(arm|mali)\b/, "arm"],
  [/\b(img-tec|imagination|powervr)\b/, "imagination"],
  [/\bintel\b/, "intel"],
  [/\b(nvidia|geforce|nvk)\b/, "nvidia"],
  [/\b(qualcomm|adreno)\b/, "qualcomm"],
];

/**
 * Returns the vendor from `GPUAdapterInfo`: browsers report a name (`amd`), Deno a PCI number (`4098`), or 0 and a description on some
 * platforms.
 */
export function vendorOf(
  { vendor, description }: { readonly vendor: string; readonly description: string },
): Vendor {
  const named = (text: string) => NAMES.find(([name]) => name.test(text.toLowerCase()))?.[1];
  return NUMBERS[vendor] ?? named(vendor) ?? named(description) ?? "other";
}

/**
 * Returns how many workgroups with 64 × 64 results of a matmul keep an adapter busy, or 0 for an adapter that runs on the CPU. Numerics
 * depend on it (see `partsOf`), so it must depend on nothing but what the adapter reports.
 */
export function fillingWorkgroups(
  { cpuAdapter, vendor }: Pick<Capabilities, "cpuAdapter" | "vendor">,
): number {
  if (cpuAdapter) return 0;
  switch (vendor) {
    case "arm":
    case "imagination":
    case "qualcomm":
      return 32; // 5 to 16 cores
    case "apple":
    case "intel":
      return 128; // 8 to 80 cores
    default:
      return 288; // two for each of up to 144 multiprocessors or compute units
  }
}

/** Vendors all of whose graphics processors use the memory of the machine. Some of AMD's and Intel's have separate memory. */
const WITHOUT_MEMORY: ReadonlySet<Vendor> = new Set(["apple", "arm", "imagination", "qualcomm"]);

/** Whether an adapter is known to use the memory of the machine. */
export function sharesHostMemory(
  { cpuAdapter, vendor }: Pick<Capabilities, "cpuAdapter" | "vendor">,
): boolean {
  return cpuAdapter || WITHOUT_MEMORY.has(vendor);
}
