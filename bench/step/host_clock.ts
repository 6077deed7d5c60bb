/**
 * The clock of host time: a software adapter computes on the cores that the host's thread runs on, so that time by the wall would count its work too.
 *
 * @module
 */

/** `CLOCK_THREAD_CPUTIME_ID` of Linux. */
const THREAD_CPU_TIME = 3;

const SYMBOLS = { clock_gettime: { parameters: ["i32", "buffer"], result: "i32" } } as const;

/** Milliseconds that this thread has computed, on Linux with glibc; elsewhere those that have passed. */
export class HostClock implements Disposable {
  readonly #libc = Deno.build.os === "linux" ? openLibc() : null;
  readonly #time = new BigInt64Array(2);

  /** Now, since some beginning. */
  milliseconds(): number {
    if (this.#libc === null) return performance.now();
    this.#libc.symbols.clock_gettime(THREAD_CPU_TIME, this.#time);
    return Number(this.#time[0]) * 1e3 + Number(this.#time[1]) / 1e6;
  }

  [Symbol.dispose](): void {
    this.#libc?.close();
  }
}

function openLibc(): Deno.DynamicLibrary<typeof SYMBOLS> | null {
  try {
    return Deno.dlopen("libc.so.6", SYMBOLS);
  } catch {
    return null;
  }
}
