/**
 * A system BLAS for matrix multiplications, called on the device's memory through Deno's foreign function interface. It is optional:
 * it needs a native library and `--allow-ffi`.
 *
 * @module
 */
import { DeviceError } from "../device.ts";

/** Arguments of `cblas_sgemm` in row-major order. `a`, `b` and `c` are addresses in the device's memory. */
export interface Product {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly alpha: number;
  readonly a: number;
  readonly lda: number;
  readonly b: number;
  readonly ldb: number;
  /** Factor of the old C: 0 (C is not read) or 1. */
  readonly beta: number;
  readonly c: number;
  readonly ldc: number;
}

export interface Blas {
  /** The library's path and, for OpenBLAS, the processor that its kernels are for. Both determine the bits of results. */
  readonly description: string;
  multiply(product: Product): void;
  close(): void;
}

/** The part of the `Deno` namespace that is used here. Only Deno has it. */
interface Native {
  readonly build: { readonly os: string };
  readonly env: { get(name: string): string | undefined; set(name: string, value: string): void };
  readonly permissions: {
    querySync(descriptor: { name: string }): { readonly state: string };
  };
  readTextFileSync(path: string): string;
  dlopen(
    path: string,
    symbols: unknown,
  ): { symbols: Record<string, CallableFunction>; close(): void };
  readonly UnsafePointer: {
    of(array: Uint8Array): unknown;
    value(pointer: unknown): bigint;
  };
  readonly UnsafePointerView: { getCString(pointer: unknown): string };
}

const ROW_MAJOR = 101;
const NOT_TRANSPOSED = 111;
const TRANSPOSED = 112;

const SGEMM = {
  cblas_sgemm: {
    parameters: [
      ...["i32", "i32", "i32", "i32", "i32", "i32"],
      ...["f32", "usize", "i32", "usize", "i32", "f32", "usize", "i32"],
    ],
    result: "void",
  },
};
const OPENBLAS = {
  ...SGEMM,
  openblas_get_corename: { parameters: [], result: "pointer" },
  openblas_set_num_threads: { parameters: ["i32"], result: "void" },
};

/** Libraries to try, by operating system. The system's loader searches for bare names. */
const CANDIDATES: Readonly<Record<string, readonly string[]>> = {
  linux: [
    "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0",
    "/usr/lib/aarch64-linux-gnu/openblas-pthread/libopenblas.so.0",
    "libopenblas.so.0",
    "libopenblas.so",
  ],
  darwin: [
    "/System/Library/Frameworks/Accelerate.framework/Accelerate",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
  ],
  windows: ["libopenblas.dll", "openblas.dll"],
};

/**
 * Loads a BLAS: the library at path `request`, or, for "auto", the first that is found. Returns null if "auto" finds none or has no
 * permission to load one.
 *
 * @throws {DeviceError} if the library at `request` cannot be loaded or has no `cblas_sgemm`.
 */
export function openBlas(
  request: string,
  memory: WebAssembly.Memory,
  threads: number,
): Blas | null {
  const native = (globalThis as unknown as { Deno?: Native }).Deno;
  if (native === undefined) {
    if (request === "auto") return null;
    throw new DeviceError(`Cannot load the BLAS library ${request}: native libraries require Deno`);
  }
  if (request !== "auto") {
    try {
      return load(native, request, memory, threads);
    } catch (error) {
      throw new DeviceError(
        `Cannot load the BLAS library ${request}: ${(error as Error).message}`,
        { cause: error },
      );
    }
  }
  // dlopen without permission would prompt the user.
  if (native.permissions.querySync({ name: "ffi" }).state !== "granted") return null;
  for (const path of CANDIDATES[native.build.os] ?? []) {
    try {
      return load(native, path, memory, threads);
    } catch {
      // Missing, or not a BLAS: try the next one.
    }
  }
  return null;
}

function load(native: Native, path: string, memory: WebAssembly.Memory, threads: number): Blas {
  chooseCore(native);
  const { library, core } = link(native, path, threads);
  const base = Number(
    native.UnsafePointer.value(native.UnsafePointer.of(new Uint8Array(memory.buffer))),
  );
  const sgemm = library.symbols.cblas_sgemm;
  return {
    description: core === null ? path : `${path} (${core})`,
    multiply({ transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc }) {
      sgemm(
        ROW_MAJOR,
        transposeA ? TRANSPOSED : NOT_TRANSPOSED,
        transposeB ? TRANSPOSED : NOT_TRANSPOSED,
        m,
        n,
        k,
        alpha,
        base + a,
        lda,
        base + b,
        ldb,
        beta,
        base + c,
        ldc,
      );
    },
    close: () => library.close(),
  };
}

function link(native: Native, path: string, threads: number) {
  try {
    const library = native.dlopen(path, OPENBLAS);
    library.symbols.openblas_set_num_threads(threads);
    const core = native.UnsafePointerView.getCString(library.symbols.openblas_get_corename());
    return { library, core };
  } catch {
    // A BLAS other than OpenBLAS lacks OpenBLAS's own functions.
    return { library: native.dlopen(path, SGEMM), core: null };
  }
}

/**
 * Selects the kernels of OpenBLAS by the processor's features. An OpenBLAS that is older than the processor falls back to the kernels
 * of the oldest one that it supports (Prescott, SSE3), which are 4 times slower. A value that the user has set is kept.
 */
function chooseCore({ build, env, readTextFileSync }: Native): void {
  if (build.os !== "linux") return;
  try {
    if (env.get("OPENBLAS_CORETYPE") !== undefined) return;
    const flags = new Set(
      /^flags\s*:(.*)$/m.exec(readTextFileSync("/proc/cpuinfo"))?.[1].split(" "),
    );
    const has = (...names: string[]) => names.every((name) => flags.has(name));
    if (has("avx512f", "avx512bw", "avx512dq", "avx512vl")) {
      env.set("OPENBLAS_CORETYPE", "SKYLAKEX");
    } else if (has("avx2", "fma")) env.set("OPENBLAS_CORETYPE", "HASWELL");
  } catch {
    // No permission: the library chooses.
  }
}
