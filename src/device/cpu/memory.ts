/**
 * The device's memory: one WebAssembly memory, shared between threads where the platform lets it.
 *
 * @module
 */
import type { ElementType } from "../../../kernels/mod.ts";
import type { HostArray } from "../device.ts";
import { PAGE_BYTES } from "./heap.ts";

/** A memory and how it was made. */
export interface DeviceMemory {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly maximumPages: number;
}

/** 4 GiB is all that WebAssembly addresses; some platforms do not reserve as much. */
const MAXIMUM_PAGES = [65_536, 32_768, 16_384];

/**
 * Makes a memory of at least `bytes` that can grow.
 *
 * @throws {RangeError} when the platform reserves not even 1 GiB.
 */
export function makeMemory(bytes: number): DeviceMemory {
  const initial = Math.ceil(bytes / PAGE_BYTES);
  const kinds = typeof SharedArrayBuffer === "undefined" ? [false] : [true, false];
  for (const shared of kinds) {
    for (const maximum of MAXIMUM_PAGES) {
      try {
        const memory = new WebAssembly.Memory({ initial, maximum, shared });
        return { memory, shared, maximumPages: maximum };
      } catch {
        // The next smaller one may do.
      }
    }
  }
  throw new RangeError("Cannot reserve 1 GiB of memory for the CPU device");
}

/** A view of the memory as it is now; good until the next growth where the memory is not shared. */
export function numbersAt(
  { buffer }: WebAssembly.Memory,
  type: ElementType,
  address: number,
  length: number,
): HostArray {
  return type === "u32"
    ? new Uint32Array(buffer, address, length)
    : new Float32Array(buffer, address, length);
}
