/**
 * Which cores a launcher lets a process run on.
 *
 * @module
 */

/** One bit a core, on Linux; zeros elsewhere, where launchers do not bind. */
export function allowedCores(bytes: number): Uint8Array {
  const set = new Uint8Array(bytes);
  if (Deno.build.os !== "linux") return set;
  // Deno reads /proc only where all is allowed, so the system itself is asked.
  const system = Deno.dlopen("libc.so.6", {
    sched_getaffinity: { parameters: ["i32", "usize", "buffer"], result: "i32" },
  });
  system.symbols.sched_getaffinity(0, BigInt(set.length), set);
  system.close();
  return set;
}
