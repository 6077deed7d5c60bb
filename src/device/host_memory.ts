/**
 * How much of the machine's own memory a device may take that has none of its own.
 *
 * @module
 */

/** Where nobody says how much there is: in browsers, and without `--allow-sys=systemMemoryInfo`. */
const ASSUMED_BYTES = 4 * 2 ** 30;
/** The rest is for copies of operands, the program and its neighbors. */
const SHARE = 0.5;

/** Whether so many bytes are no more than half of the machine's memory. What is free at the moment does not matter, so that the answer stays the same. */
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
