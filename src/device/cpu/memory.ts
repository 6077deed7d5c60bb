/**
 * The device's memory: one WebAssembly memory, shared between threads if the platform supports it.
 *
 * @module
 */
import type { ElementType } from "../../../kernels/mod.ts";
import type { HostArray } from "../device.ts";
import { PAGE_BYTES } from "./heap.ts";

/** A memory and its properties. */
export interface DeviceMemory {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly maximumPages: number;
}

/** Maximum sizes to try: WebAssembly addresses 4 GiB, but some platforms cannot reserve that much. */
const MAXIMUM_PAGES = [65_536, 32_768, 16_384];

/**
 * Creates a memory of at least `bytes` bytes that can grow to as much as the platform can reserve.
 *
 * @throws {RangeError} if the platform cannot reserve 1 GiB.
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
        // Try the next smaller one.
      }
    }
  }
  throw new RangeError("Cannot reserve 1 GiB of memory for the CPU device");
}

/** A typed array over the memory. If the memory is not shared, it is valid until the memory grows. */
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
