/**
 * The CPU device: all cores, one memory, WebAssembly SIMD where there is a fast path, the kernels' twins elsewhere.
 *
 * @module
 */
import type { Kernel } from "../../../kernels/mod.ts";
import { type DeviceBuffer, type DeviceDescription, DeviceError } from "../device.ts";
import type { Device, DeviceLimits, HostArray, MemoryUse, View } from "../device.ts";
import { type HostBackend, HostDevice } from "../host/host_device.ts";
import type { RunCommand, Slot } from "../recording.ts";
import { ADDRESS } from "./control.ts";
import {
  type Division,
  FAST_PATHS,
  fastModule,
  type FastPath,
  fusesMultiplyAdd,
  hasRelaxedSimd,
  hasSimd,
  SCRATCH_BYTES,
} from "./fast/mod.ts";
import { Heap, PAGE_BYTES } from "./heap.ts";
import { makeMemory, numbersAt } from "./memory.ts";
import { type Place, Pool } from "./pool.ts";

/** Options of {@linkcode openCpuDevice}. */
export interface CpuDeviceOptions {
  /** Threads that compute, the calling one included; all cores if absent. Results do not depend on it. */
  readonly workers?: number;
  /** Whether kernels with a fast path take it. Off, every kernel is computed by its twin (for comparisons). */
  readonly fast?: boolean;
}

/** A twin is cut into this many slices at most; a fast path says itself how it is cut. */
const TWIN_SLICES = 64;
/** Operations and bytes that a slice of a twin should have at least. */
const TWIN_EFFORT = 20_000;

class CpuBackend implements HostBackend {
  readonly limits: DeviceLimits;
  readonly #places = new Map<DeviceBuffer, Place>();
  readonly #slots = new Map<string, Place>();
  #temporaries = new Map<DeviceBuffer, Place>();
  #persistentBytes = 0;
  #slotBytes = 0;
  #peakBytes = 0;

  constructor(
    readonly description: DeviceDescription,
    readonly heap: Heap,
    readonly pool: Pool,
    readonly functions: ReadonlyMap<string, number>,
  ) {
    const bytes = heap.maximumPages * PAGE_BYTES - heap.start;
    this.limits = { maxBufferBytes: bytes, maxBindingBytes: bytes };
  }

  reserve(buffer: DeviceBuffer): void {
    const bytes = 4 * buffer.length;
    const address = this.heap.takeZeroed(bytes) ?? this.#afterTrimming(bytes);
    if (address === null) throw this.#exhausted(buffer, bytes);
    this.#places.set(buffer, { address, length: buffer.length });
    this.#persistentBytes += bytes;
    this.#notePeak();
  }

  release(buffer: DeviceBuffer): void {
    const place = this.#places.get(buffer)!;
    this.heap.give(place.address, 4 * place.length);
    this.#persistentBytes -= 4 * place.length;
    this.#places.delete(buffer);
  }

  /** Slots keep their memory from one recording to the next, so the same step computes in the same place. */
  prepare(slots: ReadonlyMap<DeviceBuffer, Slot>): void {
    this.#temporaries = new Map();
    const wanted = new Set([...slots.values()].map(keyOf));
    for (const [buffer, slot] of slots) {
      const place = this.#slots.get(keyOf(slot)) ?? this.#makeSlot(buffer, slot, wanted);
      this.#temporaries.set(buffer, { address: place.address, length: buffer.length });
    }
    this.#notePeak();
  }

  array({ buffer, offset, length }: View): HostArray {
    const { address } = this.#placeOf(buffer);
    return numbersAt(this.heap.memory, buffer.type, address + 4 * offset, length);
  }

  execute(command: RunCommand): string {
    const { kernel } = command;
    const path = FAST_PATHS.get(kernel.name);
    const index = this.functions.get(kernel.name);
    if (path !== undefined && index !== undefined && path.kernel === kernel) {
      this.#executeFast(command, path, index);
      return "simd";
    }
    if (this.pool.knows(kernel)) this.#executeTwin(command);
    else this.#executeHere(command);
    return "twin";
  }

  memory(): MemoryUse {
    return {
      persistentBytes: this.#persistentBytes,
      temporaryBytes: this.#slotBytes,
      peakBytes: this.#peakBytes,
      buffers: this.#places.size,
    };
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  #executeFast(
    { kernel, structural, uniforms, names, views }: RunCommand,
    path: FastPath,
    index: number,
  ) {
    const division: Division = path.divide(uniforms, structural);
    const block = new DataView(this.heap.memory.buffer, ADDRESS.parameters);
    let next = 0;
    const put = (value: number) => block.setUint32(4 * next++, value, true);
    for (const name of Object.keys(kernel.bindings)) {
      const at = names.indexOf(name);
      put(at < 0 ? 0 : this.#placeOf(views[at].buffer).address + 4 * views[at].offset);
    }
    for (const [field, type] of Object.entries(kernel.uniforms)) {
      if (type === "u32") put(uniforms[field]);
      else block.setFloat32(4 * next++, uniforms[field], true);
    }
    for (const [name, values] of Object.entries(kernel.structural)) {
      put(values.indexOf(structural[name]));
    }
    for (const value of division.extra ?? []) put(value);
    this.pool.runFast(index, { ...division, effort: effortOf(kernel, uniforms, structural) });
  }

  #executeTwin({ kernel, structural, uniforms, names, views }: RunCommand): void {
    const places = Object.keys(kernel.bindings).map((name) => {
      const at = names.indexOf(name);
      if (at < 0) return { address: 0, length: 0 };
      const { buffer, offset, length } = views[at];
      return { address: this.#placeOf(buffer).address + 4 * offset, length };
    });
    const items = kernel.items(uniforms, structural);
    const effort = effortOf(kernel, uniforms, structural);
    const slices = Math.max(1, Math.min(TWIN_SLICES, Math.floor(effort / TWIN_EFFORT)));
    const grain = Math.max(1, Math.ceil(items / slices));
    this.pool.runTwin(kernel, structural, uniforms, places, { items, grain, effort });
  }

  /** A kernel that is not registered is known to this thread alone. */
  #executeHere({ kernel, structural, uniforms, names, views }: RunCommand): void {
    const arrays = Object.fromEntries(names.map((name, i) => [name, this.array(views[i])]));
    kernel.twin(arrays, uniforms, structural, 0, kernel.items(uniforms, structural));
  }

  #placeOf(buffer: DeviceBuffer): Place {
    return (buffer.temporary ? this.#temporaries : this.#places).get(buffer)!;
  }

  #makeSlot(buffer: DeviceBuffer, slot: Slot, wanted: ReadonlySet<string>): Place {
    const { bytes } = slot;
    let address = this.heap.take(bytes);
    if (address === null) {
      this.#trim(wanted);
      address = this.heap.take(bytes);
    }
    if (address === null) throw this.#exhausted(buffer, bytes);
    this.heap.touch(address, bytes);
    const place = { address, length: bytes / 4 };
    this.#slots.set(keyOf(slot), place);
    this.#slotBytes += bytes;
    return place;
  }

  /** Gives back the slots that are not wanted now. */
  #trim(wanted: ReadonlySet<string>): void {
    for (const [key, { address, length }] of this.#slots) {
      if (wanted.has(key)) continue;
      this.heap.give(address, 4 * length);
      this.#slotBytes -= 4 * length;
      this.#slots.delete(key);
    }
  }

  #afterTrimming(bytes: number): number | null {
    this.#trim(new Set());
    return this.heap.takeZeroed(bytes);
  }

  #exhausted(buffer: DeviceBuffer, bytes: number): DeviceError {
    const used = this.#persistentBytes + this.#slotBytes;
    return new DeviceError(
      `Cannot find memory for ${buffer.label}: ${bytes} bytes beside the ${used} in use are over the CPU device's ${this.limits.maxBufferBytes} bytes; take smaller batches`,
    );
  }

  #notePeak(): void {
    this.#peakBytes = Math.max(this.#peakBytes, this.#persistentBytes + this.#slotBytes);
  }
}

function keyOf({ bytes, ordinal }: Slot): string {
  return `${bytes} ${ordinal}`;
}

function effortOf(
  kernel: Kernel,
  uniforms: RunCommand["uniforms"],
  structural: RunCommand["structural"],
): number {
  const { flops, bytes } = kernel.work(uniforms, structural);
  return flops + bytes;
}

/**
 * Opens the CPU device. It needs no permission beyond reading its own files (for its worker threads; without it computes on one thread).
 *
 * @throws {RangeError} when `workers` is no positive whole number, or no memory can be reserved.
 */
export async function openCpuDevice(options: CpuDeviceOptions = {}): Promise<Device> {
  const { workers = navigator.hardwareConcurrency, fast = true } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`Cannot open the CPU device with ${workers} workers: give 1 or more`);
  }
  const start = PAGE_BYTES + workers * SCRATCH_BYTES;
  const { memory, shared, maximumPages } = makeMemory(start);
  const simd = fast && hasSimd();
  const relaxed = simd && hasRelaxedSimd();
  const module = simd ? await WebAssembly.compile(fastModule(relaxed, shared, maximumPages)) : null;
  const scratches = Array.from(
    { length: shared ? workers : 1 },
    (_, thread) => PAGE_BYTES + thread * SCRATCH_BYTES,
  );
  const pool = await Pool.open(memory, module, scratches);
  const functions = module === null ? [] : WebAssembly.Module.exports(module);
  const fused = relaxed && fusesMultiplyAdd(memory, shared, maximumPages);
  const description: DeviceDescription = {
    kind: "cpu",
    adapter: `CPU, ${pool.size} ${pool.size === 1 ? "thread" : "threads"}`,
    numerics: {
      kernels: simd ? "WebAssembly SIMD" : "twins in f32",
      products: !simd ? "twin" : fused ? "fused multiply-add" : "multiply, then add",
    },
  };
  const backend = new CpuBackend(
    description,
    new Heap(memory, start, maximumPages),
    pool,
    new Map(functions.map(({ name }, index) => [name, index])),
  );
  return new HostDevice(backend);
}
