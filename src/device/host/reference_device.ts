/**
 * The reference device: runs every kernel's reference on one thread, on plain typed arrays. It is slow and simple.
 *
 * In float64, finite differences and tests of the other devices compare with it.
 *
 * @module
 */
import type { Device, DeviceBuffer, DeviceDescription, HostArray, View } from "../device.ts";
import type { DeviceLimits, MemoryUse } from "../device.ts";
import type { RunCommand, Slot } from "../recording.ts";
import { type HostBackend, HostDevice } from "./host_device.ts";

/** Options of {@linkcode openReferenceDevice}. */
export interface ReferenceDeviceOptions {
  /** Precision in which "f32" bindings are stored and computed. */
  readonly precision: "f32" | "f64";
}

class ReferenceBackend implements HostBackend {
  readonly description: DeviceDescription;
  readonly limits: DeviceLimits = { maxBufferBytes: 2 ** 33, maxBindingBytes: 2 ** 33 };
  readonly #double: boolean;
  readonly #persistent = new Map<DeviceBuffer, HostArray>();
  #temporaries = new Map<DeviceBuffer, HostArray>();
  #persistentBytes = 0;
  #temporaryBytes = 0;
  #peakBytes = 0;

  constructor(precision: "f32" | "f64") {
    this.#double = precision === "f64";
    this.description = {
      kind: "cpu",
      adapter: `reference, ${precision}, one thread`,
      numerics: { kernels: `references in ${precision}` },
    };
  }

  reserve(buffer: DeviceBuffer): void {
    const memory = this.#make(buffer);
    this.#persistent.set(buffer, memory);
    this.#persistentBytes += memory.byteLength;
    this.#notePeak();
  }

  release(buffer: DeviceBuffer): void {
    this.#persistentBytes -= this.#persistent.get(buffer)?.byteLength ?? 0;
    this.#persistent.delete(buffer);
  }

  /** Gives each temporary its own memory filled with NaN, so that reads of undefined contents show up in results. */
  prepare(slots: ReadonlyMap<DeviceBuffer, Slot>): void {
    this.#temporaries = new Map();
    this.#temporaryBytes = 0;
    for (const buffer of slots.keys()) {
      const memory = this.#make(buffer).fill(buffer.type === "u32" ? 0xffff_ffff : NaN);
      this.#temporaries.set(buffer, memory);
      this.#temporaryBytes += memory.byteLength;
    }
    this.#notePeak();
  }

  array({ buffer, offset, length }: View): HostArray {
    const memory = (buffer.temporary ? this.#temporaries : this.#persistent).get(buffer)!;
    return memory.subarray(offset, offset + length);
  }

  execute({ kernel, uniforms, structural, names, views }: RunCommand): string {
    const arrays = Object.fromEntries(names.map((name, i) => [name, this.array(views[i])]));
    kernel.reference(arrays, uniforms, structural, 0, kernel.items(uniforms, structural));
    return "reference";
  }

  memory(): MemoryUse {
    return {
      persistentBytes: this.#persistentBytes,
      temporaryBytes: this.#temporaryBytes,
      peakBytes: this.#peakBytes,
      buffers: this.#persistent.size,
    };
  }

  close(): Promise<void> {
    this.#persistent.clear();
    this.#temporaries.clear();
    this.#persistentBytes = this.#temporaryBytes = 0;
    return Promise.resolve();
  }

  /** Allocates an array. A Float64Array is passed off as a HostArray, which only users of this device in float64 notice. */
  #make({ type, length }: DeviceBuffer): HostArray {
    if (type === "u32") return new Uint32Array(length);
    return this.#double
      ? new Float64Array(length) as unknown as HostArray
      : new Float32Array(length);
  }

  #notePeak(): void {
    this.#peakBytes = Math.max(this.#peakBytes, this.#persistentBytes + this.#temporaryBytes);
  }
}

/**
 * Opens the reference device.
 *
 * With `precision: "f64"`, every f32 binding is a Float64Array. `read` then resolves with one, and `write` accepts one (cast to
 * `HostArray` to write float64 values).
 */
export function openReferenceDevice({ precision }: ReferenceDeviceOptions): Device {
  return new HostDevice(new ReferenceBackend(precision));
}
