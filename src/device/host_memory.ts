/**
 * How much of the machine's memory a device without its own memory may use.
 *
 * @module
 */

/** Assumed memory if the total is unknown: in browsers and Node, and in Deno without `--allow-sys=systemMemoryInfo`. */
const ASSUMED_BYTES = 4 * 2 ** 30;
/** Share of the memory that buffers may use. The rest is for copies of operands, the program and other processes. */
const SHARE = 0.5;

/** Whether `bytes` bytes are at most half of the machine's memory. Free memory is ignored, so the answer does not change over time. */
export function fitsHostMemory(bytes: number): boolean {
  return bytes <= SHARE * (hostMemoryBytes() ?? ASSUMED_BYTES);
}

function hostMemoryBytes(): number | null {
  const { Deno: host } = globalThis as { Deno?: { systemMemoryInfo?(): { total: number } } };
  try {
    return host?.systemMemoryInfo?.().total ?? null;
  } catch {
    return null;
  }
}
