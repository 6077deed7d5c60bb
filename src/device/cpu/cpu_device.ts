/**
 * The CPU device: all cores, one memory, WebAssembly SIMD where there is a fast path, the kernels' references elsewhere.
 *
 * @module
 */
import { NUMERICS_VERSION } from "../../../kernels/mod.ts";
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
  fastModule,
  fusesMultiplyAdd,
  hasRelaxedSimd,
  hasSimd,
  SCRATCH_BYTES,
} from "../../../kernels/simd/mod.ts";
import { Heap, PAGE_BYTES } from "./heap.ts";
import { makeMemory } from "./memory.ts";
import { Pool } from "./pool.ts";
import { Runner } from "./runner.ts";
import { Storage } from "./storage.ts";

/** Options of {@linkcode openCpuDevice}. */
export interface CpuDeviceOptions {
  /** Threads that compute, the calling one included; if absent one a core, 24 at most. Results do not depend on it. */
  readonly workers?: number;
  /** Whether kernels with a fast path take it. Off, every kernel is computed by its reference (for comparisons). */
  readonly fast?: boolean;
  /** A system's BLAS for the matrix products: "none" (as if absent), "auto" (the first that is found, if any) or a library's path. */
  readonly blas?: string;
}

/** Matrix products are cut into pieces for about this many threads. */
const MOST_WORKERS = 24;

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
 * Opens the CPU device. It needs no permission beyond reading its own files (for its worker threads; without it computes on one thread), and that of foreign
 * functions where a BLAS is asked for.
 *
 * @throws {RangeError} when `workers` is no positive whole number, or no memory can be reserved.
 * @throws {DeviceError} when the BLAS that `blas` names cannot be loaded.
 */
export async function openCpuDevice(options: CpuDeviceOptions = {}): Promise<Device> {
  const cores = Math.min(navigator.hardwareConcurrency, MOST_WORKERS);
  const { workers = cores, fast = true, blas: request = "none" } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`Cannot open the CPU device with ${workers} workers: give 1 or more`);
  }
  const start = PAGE_BYTES + workers * SCRATCH_BYTES;
  const { memory, shared, maximumPages } = makeMemory(start);
  const simd = fast && hasSimd();
  const relaxed = simd && hasRelaxedSimd();
  const fused = relaxed && fusesMultiplyAdd(memory, shared, maximumPages);
  const module = simd ? await WebAssembly.compile(fastModule(relaxed, shared, maximumPages)) : null;
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

function describe(pool: Pool, simd: boolean, fused: boolean, blas: Blas | null): DeviceDescription {
  const rounding = fused ? "fused multiply-add" : "multiply, then add";
  return {
    kind: "cpu",
    adapter: `CPU, ${pool.size} ${pool.size === 1 ? "thread" : "threads"}`,
    numerics: {
      version: String(NUMERICS_VERSION),
      kernels: simd ? `WebAssembly SIMD, ${rounding}` : "references in float32",
      products: blas?.description ??
        (simd ? `WebAssembly SIMD, ${rounding}` : "reference in float64"),
    },
  };
}
