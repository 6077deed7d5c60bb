/**
 * The CPU device: all cores, one WebAssembly memory, SIMD kernels, and references for kernels without one.
 *
 * @module
 */
import { NUMERICS_VERSION } from "../../../kernels/mod.ts";
import { formatCount } from "../../json/mod.ts";
import type {
  Device,
  DeviceBuffer,
  DeviceDescription,
  DeviceLimits,
  MemoryUse,
} from "../device.ts";
import { type HostBackend, HostDevice } from "../host/host_device.ts";
import type { RunCommand, Slot } from "../recording.ts";
import { type Blas, openBlas } from "./blas.ts";
import {
  fusesMultiplyAdd,
  hasRelaxedSimd,
  hasSimd,
  SCRATCH_BYTES,
  simdModule,
} from "../../../kernels/simd/mod.ts";
import { Heap, PAGE_BYTES } from "./heap.ts";
import { makeMemory } from "./memory.ts";
import { Pool } from "./pool.ts";
import { Runner } from "./runner.ts";
import { Storage } from "./storage.ts";

/** Options of {@linkcode openCpuDevice}. */
export interface CpuDeviceOptions {
  /** Number of threads, including the calling one. Default: one per core, at most 24. Results do not depend on it. */
  readonly workers?: number;
  /** Whether to use SIMD kernels. Without them, every kernel is computed by its reference. Default: true. */
  readonly simd?: boolean;
  /**
   * System BLAS for matrix multiplications: "none", "auto" (the first library found, if any) or the path of a library. Default:
   * "none"; if {@linkcode openDevice} chooses the device, "auto".
   */
  readonly blas?: string;
}

/** Matrix multiplications are divided into enough tiles for about this many threads. */
const MAX_WORKERS = 24;

class CpuBackend implements HostBackend {
  readonly limits: DeviceLimits;

  constructor(
    readonly description: DeviceDescription,
    readonly storage: Storage,
    readonly runner: Runner,
  ) {
    const bytes = storage.heap.capacity;
    this.limits = { maxBufferBytes: bytes, maxBindingBytes: bytes };
  }

  reserve = (buffer: DeviceBuffer): void => this.storage.reserve(buffer);
  release = (buffer: DeviceBuffer): void => this.storage.release(buffer);
  prepare = (slots: ReadonlyMap<DeviceBuffer, Slot>): void => this.storage.prepare(slots);
  array: HostBackend["array"] = (view) => this.storage.array(view);
  execute = (command: RunCommand): string => this.runner.execute(command);
  memory = (): MemoryUse => this.storage.use();

  async close(): Promise<void> {
    await this.runner.pool.close();
    this.runner.blas?.close();
  }
}

/**
 * Opens the CPU device. In Deno, worker threads need permission to read the toolkit's files (without it, the device computes on one
 * thread), and a BLAS needs `--allow-ffi`.
 *
 * @throws {RangeError} if `workers` is not a positive integer, or no memory can be reserved.
 * @throws {DeviceError} if the library that `blas` names cannot be loaded.
 */
export async function openCpuDevice(options: CpuDeviceOptions = {}): Promise<Device> {
  const { workers = defaultWorkers(), blas: request = "none" } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`Cannot open the CPU device: workers must be at least 1, got ${workers}`);
  }
  const start = PAGE_BYTES + workers * SCRATCH_BYTES;
  const { memory, shared, maximumPages } = makeMemory(start);
  const simd = options.simd !== false && hasSimd();
  const relaxed = simd && hasRelaxedSimd();
  const fused = relaxed && fusesMultiplyAdd(memory, shared, maximumPages);
  const module = simd ? await WebAssembly.compile(simdModule(relaxed, shared, maximumPages)) : null;
  const blas = simd && request !== "none" ? openBlas(request, memory, workers) : null;
  const threads = shared ? workers : 1;
  const scratches = Array.from(
    { length: threads },
    (_, thread) => PAGE_BYTES + thread * SCRATCH_BYTES,
  );
  const pool = await Pool.open(memory, module, scratches);
  const functions = module === null ? [] : WebAssembly.Module.exports(module);
  const storage = new Storage(new Heap(memory, start, maximumPages));
  const runner = new Runner(
    storage,
    pool,
    new Map(functions.map(({ name }, index) => [name, index])),
    blas,
  );
  return new HostDevice(new CpuBackend(describe(pool, simd, fused, blas), storage, runner));
}

function defaultWorkers(): number {
  // Node 20 has no `navigator`.
  return Math.min(globalThis.navigator?.hardwareConcurrency ?? 1, MAX_WORKERS);
}

function describe(pool: Pool, simd: boolean, fused: boolean, blas: Blas | null): DeviceDescription {
  const rounding = fused ? "fused multiply-add" : "multiply, then add";
  const threads = formatCount(pool.size, "thread");
  return {
    kind: "cpu",
    adapter: ["CPU", threads, ...(blas === null ? [] : [blas.name])].join(", "),
    ...(blas !== null && { blas: blas.path }),
    numerics: {
      version: String(NUMERICS_VERSION),
      kernels: simd ? `WebAssembly SIMD, ${rounding}` : "references in float32",
      products: blas?.description ??
        (simd ? `WebAssembly SIMD, ${rounding}` : "reference in float64"),
    },
  };
}
