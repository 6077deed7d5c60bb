/**
 * Assigns memory to the buffers of the CPU device.
 *
 * @module
 */
import {
  type DeviceBuffer,
  DeviceError,
  type HostArray,
  type MemoryUse,
  type View,
} from "../device.ts";
import { persistentBytes, type Slot } from "../recording.ts";
import type { Heap } from "./heap.ts";
import { numbersAt } from "./memory.ts";

/** A range of memory: address in bytes, length in elements. */
export interface Place {
  readonly address: number;
  readonly length: number;
}

/** The memory of persistent buffers and of temporaries' slots. Slots are kept from one recording to the next. */
export class Storage {
  readonly #persistent = new Map<DeviceBuffer, Place>();
  readonly #slots = new Map<number, Place>();
  #temporaries = new Map<DeviceBuffer, Place>();
  #persistentBytes = 0;
  #slotBytes = 0;
  #peakBytes = 0;

  constructor(readonly heap: Heap) {}

  /** Allocates zeroed memory for a persistent buffer. */
  reserve(buffer: DeviceBuffer): void {
    const bytes = persistentBytes(buffer.length);
    let address = this.heap.allocateZeroed(bytes);
    if (address === null) {
      // Buffers are never allocated while a recording executes, so no slot is in use.
      this.#trim(new Set());
      address = this.heap.allocateZeroed(bytes);
    }
    if (address === null) throw this.#exhausted(buffer, bytes);
    this.#persistent.set(buffer, { address, length: buffer.length });
    this.#persistentBytes += bytes;
    this.#notePeak();
  }

  release(buffer: DeviceBuffer): void {
    const { address } = this.#persistent.get(buffer)!;
    const bytes = persistentBytes(buffer.length);
    this.heap.free(address, bytes);
    this.#persistentBytes -= bytes;
    this.#persistent.delete(buffer);
  }

  /** Assigns slots to the temporaries of a recording. Slots keep their memory, so equal steps use equal addresses. */
  prepare(slots: ReadonlyMap<DeviceBuffer, Slot>): void {
    this.#temporaries = new Map();
    for (const [buffer, slot] of slots) {
      const place = this.#slots.get(keyOf(slot)) ?? this.#makeSlot(buffer, slot, slots);
      this.#temporaries.set(buffer, place);
    }
    this.#notePeak();
  }

  placeOf({ buffer, offset, length }: View): Place {
    const { address } = (buffer.temporary ? this.#temporaries : this.#persistent).get(buffer)!;
    return { address: address + 4 * offset, length };
  }

  array(view: View): HostArray {
    const { address, length } = this.placeOf(view);
    return numbersAt(this.heap.memory, view.buffer.type, address, length);
  }

  use(): MemoryUse {
    return {
      persistentBytes: this.#persistentBytes,
      temporaryBytes: this.#slotBytes,
      peakBytes: this.#peakBytes,
      buffers: this.#persistent.size,
    };
  }

  #makeSlot(
    buffer: DeviceBuffer,
    slot: Slot,
    slots: ReadonlyMap<DeviceBuffer, Slot>,
  ): Place {
    const { bytes } = slot;
    let address = this.heap.allocate(bytes);
    if (address === null) {
      this.#trim(new Set([...slots.values()].map(keyOf)));
      address = this.heap.allocate(bytes);
    }
    if (address === null) throw this.#exhausted(buffer, bytes);
    this.heap.touch(address, bytes);
    const place = { address, length: bytes / 4 };
    this.#slots.set(keyOf(slot), place);
    this.#slotBytes += bytes;
    return place;
  }

  /** Frees all slots except those in `needed`. */
  #trim(needed: ReadonlySet<number>): void {
    for (const [key, { address, length }] of this.#slots) {
      if (needed.has(key)) continue;
      this.heap.free(address, 4 * length);
      this.#slotBytes -= 4 * length;
      this.#slots.delete(key);
    }
  }

  #exhausted(buffer: DeviceBuffer, bytes: number): DeviceError {
    const used = this.#persistentBytes + this.#slotBytes;
    return new DeviceError(
      `Cannot allocate buffer "${buffer.label}": ${bytes} bytes, in addition to ${used} in use, exceed the ${this.heap.capacity} bytes of the CPU device; try a smaller --micro-batch-size`,
    );
  }

  #notePeak(): void {
    this.#peakBytes = Math.max(this.#peakBytes, this.#persistentBytes + this.#slotBytes);
  }
}

/** A unique key of a slot. It stays below 2^53, and no memory has 2^20 slots of one size. */
function keyOf({ bytes, ordinal }: Slot): number {
  return bytes * 2 ** 20 + ordinal;
}
