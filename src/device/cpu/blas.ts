/**
 * A system BLAS for matrix multiplications, called on the device's memory through Deno's foreign function interface. It is optional:
 * it needs a native library and `--allow-ffi`.
 *
 * @module
 */
import { DeviceError } from "../device.ts";
import { BLAS_LIBRARIES } from "./blas_libraries.ts";

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

/** An open BLAS. */
export interface Blas {
  /** Name for people: `OpenBLAS 0.3.21`. */
  readonly name: string;
  /** The library's path, or its name if the system's loader found it. */
  readonly path: string;
  /** The path and, for OpenBLAS and BLIS, the processor that its kernels are for. Both determine the bits of results. */
  readonly description: string;
  /** Whether it has no kernels for this processor, so that it is slower than WebAssembly. */
  readonly generic: boolean;
  /** Multiplies matrices in the device's memory. */
  multiply(product: Product): void;
  /** Unloads the library. */
  close(): void;
}

/** The part of the `Deno` namespace that is used here. Only Deno has it. */
interface Native {
  readonly build: { readonly os: string };
  readonly env: { get(name: string): string | undefined; set(name: string, value: string): void };
  readonly permissions: {
    querySync(
      descriptor: { name: string; variable?: string; path?: string },
    ): { readonly state: string };
  };
  readTextFileSync(path: string): string;
  dlopen(
    path: string,
    symbols: unknown,
  ): { symbols: Record<string, CallableFunction | null>; close(): void };
  readonly UnsafePointer: {
    of(array: ArrayBufferView): unknown;
    value(pointer: unknown): bigint;
  };
  readonly UnsafePointerView: { getCString(pointer: unknown): string };
}

const ROW_MAJOR = 101;
const NOT_TRANSPOSED = 111;
const TRANSPOSED = 112;

const SYMBOLS = {
  cblas_sgemm: {
    parameters: [
      ...["i32", "i32", "i32", "i32", "i32", "i32"],
      ...["f32", "usize", "i32", "usize", "i32", "f32", "usize", "i32"],
    ],
    result: "void",
  },
  openblas_get_config: { parameters: [], result: "pointer", optional: true },
  openblas_get_corename: { parameters: [], result: "pointer", optional: true },
  openblas_set_num_threads: { parameters: ["i32"], result: "void", optional: true },
  bli_arch_query_id: { parameters: [], result: "i32", optional: true },
  bli_arch_string: { parameters: ["i32"], result: "pointer", optional: true },
  bli_info_get_version_str: { parameters: [], result: "pointer", optional: true },
  bli_thread_set_num_threads: { parameters: ["i64"], result: "void", optional: true },
  MKL_Set_Num_Threads: { parameters: ["i32"], result: "void", optional: true },
};

/**
 * Loads a BLAS: the library at path `request`, or, for "auto", the first that is found and multiplies correctly. Returns null if
 * "auto" finds none or has no permission to load one.
 *
 * @throws {DeviceError} if the library at `request` cannot be loaded, has no `cblas_sgemm` or multiplies incorrectly.
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
  for (const path of BLAS_LIBRARIES[native.build.os] ?? []) {
    try {
      const blas = load(native, path, memory, threads);
      if (!blas.generic) return blas;
      blas.close();
    } catch {
      // Missing, or not a BLAS that can be used: try the next one.
    }
  }
  return null;
}

function load(native: Native, path: string, memory: WebAssembly.Memory, threads: number): Blas {
  setVariables(native, path);
  const library = native.dlopen(path, SYMBOLS);
  const {
    cblas_sgemm: sgemm,
    openblas_set_num_threads,
    bli_thread_set_num_threads,
    MKL_Set_Num_Threads,
  } = library.symbols;
  const most = Math.min(threads, ...requestedThreads(native));
  openblas_set_num_threads?.(most);
  bli_thread_set_num_threads?.(BigInt(most));
  MKL_Set_Num_Threads?.(most);
  const text = (name: keyof typeof SYMBOLS, ...args: unknown[]) => {
    const pointer = library.symbols[name]?.(...args);
    return pointer ? native.UnsafePointerView.getCString(pointer) : null;
  };
  const addressOf = (array: ArrayBufferView) =>
    Number(native.UnsafePointer.value(native.UnsafePointer.of(array)));
  const multiplyFrom = (base: number) => (product: Product) => {
    const { transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc } = product;
    sgemm!(
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
  };
  if (!multipliesCorrectly(multiplyFrom(0), addressOf)) {
    library.close();
    throw new Error("it multiplies incorrectly");
  }
  const core = text("openblas_get_corename") ??
    text("bli_arch_string", library.symbols.bli_arch_query_id?.());
  return {
    name: nameOf(path, text),
    path,
    description: core === null ? path : `${path} (${core})`,
    generic: core === "generic",
    multiply: multiplyFrom(addressOf(new Uint8Array(memory.buffer))),
    close: () => library.close(),
  };
}

function nameOf(path: string, text: (symbol: keyof typeof SYMBOLS) => string | null): string {
  const openBlas = text("openblas_get_config");
  if (openBlas !== null) return /^OpenBLAS \S+/.exec(openBlas)?.[0] ?? "OpenBLAS";
  const blis = text("bli_info_get_version_str");
  if (blis !== null) return `BLIS ${blis}`;
  if (/mkl/i.test(path)) return "MKL";
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Multiplies two small matrices. A library whose integers have 64 bits, or which is damaged, fails. */
function multipliesCorrectly(
  multiply: Blas["multiply"],
  addressOf: (array: ArrayBufferView) => number,
): boolean {
  const [m, n, k] = [5, 7, 3];
  const a = Float32Array.from({ length: k * m }, (_, i) => i % 4 - 1); // Aᵀ
  const b = Float32Array.from({ length: k * n }, (_, i) => i % 5 - 2);
  const c = Float32Array.from({ length: m * n }, (_, i) => i);
  const expected = c.map((value, i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    for (let at = 0; at < k; at++) value += 2 * a[at * m + row] * b[at * n + column];
    return value;
  });
  multiply({
    ...{ transposeA: true, transposeB: false, m, n, k, alpha: 2, beta: 1 },
    ...{ a: addressOf(a), lda: m, b: addressOf(b), ldb: n, c: addressOf(c), ldc: n },
  });
  return c.every((value, i) => value === expected[i]); // small integers are exact
}

/** Sets variables that libraries read while they are loaded. Values that the user has set are kept. */
function setVariables(native: Native, path: string): void {
  const { env, permissions } = native;
  const set = (variable: string, value: () => string | undefined) => {
    if (permissions.querySync({ name: "env", variable }).state !== "granted") return false;
    const text = env.get(variable) === undefined ? value() : undefined;
    if (text !== undefined) env.set(variable, text);
    return true;
  };
  if (/mkl/i.test(path)) {
    set("MKL_CBWR", () => "AUTO"); // MKL then computes the same bits in every run.
    if (!set("MKL_THREADING_LAYER", () => threadingLayer(native))) {
      throw new Error("it needs permission to set MKL_THREADING_LAYER");
    }
  } else {
    set("OPENBLAS_CORETYPE", () => openBlasCore(native));
    // Between products, its threads would occupy the cores of the device's own threads for 25 ms; 2^16 cycles are about 25 µs.
    set("OPENBLAS_THREAD_TIMEOUT", () => "16");
  }
}

/** Returns the numbers of threads that the user has set for BLAS libraries. */
function requestedThreads({ env, permissions }: Native): number[] {
  return ["OPENBLAS", "BLIS", "MKL", "OMP"].flatMap((library) => {
    const variable = `${library}_NUM_THREADS`;
    if (permissions.querySync({ name: "env", variable }).state !== "granted") return [];
    const threads = Number(env.get(variable));
    return Number.isInteger(threads) && threads > 0 ? [threads] : [];
  });
}

/** Returns a threading layer of MKL that can be loaded: MKL ends the process if it cannot load the OpenMP library of its default one. */
function threadingLayer({ build, dlopen }: Native): string | undefined {
  if (build.os !== "linux") return undefined;
  for (const [library, layer] of [["libiomp5.so", undefined], ["libgomp.so.1", "GNU"]] as const) {
    try {
      dlopen(library, {}).close();
      return layer;
    } catch {
      // Not installed.
    }
  }
  return "SEQUENTIAL";
}

/**
 * Returns the kernels of OpenBLAS for the processor's features. An OpenBLAS that is older than the processor falls back to the kernels
 * of the oldest one that it supports (Prescott, SSE3), which are 4 times slower.
 */
function openBlasCore({ build, permissions, readTextFileSync }: Native): string | undefined {
  const path = "/proc/cpuinfo";
  if (build.os !== "linux") return undefined;
  if (permissions.querySync({ name: "read", path }).state !== "granted") return undefined;
  let text: string;
  try {
    text = readTextFileSync(path);
  } catch {
    return undefined;
  }
  const flags = new Set(/^flags\s*:(.*)$/m.exec(text)?.[1].split(" "));
  const has = (...names: string[]) => names.every((name) => flags.has(name));
  if (has("avx512f", "avx512bw", "avx512dq", "avx512vl")) return "SKYLAKEX";
  return has("avx2", "fma") ? "HASWELL" : undefined;
}
