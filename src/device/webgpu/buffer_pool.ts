/**
 * GPU memory: one GPUBuffer for each persistent buffer and for each slot of temporaries. Slots are kept from one recording to the next,
 * because the next step needs the same ones and the first use of new memory is slow.
 *
 * @module
 */
import { formatBytes } from "../../json/mod.ts";
import type { DeviceBuffer, DeviceLimits, Holder, MemoryUse } from "../device.ts";
import { persistentBytes, type Slot } from "../slots.ts";
import type { Faults } from "./faults.ts";
import type { Staged } from "./operand_textures.ts";

/** A GPUBuffer and its state. */
export interface Physical {
  /** Never reused, so it can be part of cache keys. */
  readonly id: number;
  readonly gpu: GPUBuffer;
  /** Size, padding included. */
  readonly bytes: number;
  /** The last submission that uses it. */
  touched: number;
  /** The last recording that uses it. */
  used: number;
  /** Textures with copies of its current contents. */
  staged: Staged[];
}

/** Allocations of at least this size are checked for out-of-memory errors. */
const CHECKED_BYTES = 16 * 2 ** 20;
/** Slots that were not used in this many recordings are destroyed when a new one is needed. */
const IDLE_RECORDINGS = 32;

/** Creates, counts and destroys buffers. */
export class BufferPool {
  readonly #persistent = new Map<DeviceBuffer, Physical>();
  /** Slots by size class and ordinal; null for a destroyed one. */
  readonly #slots = new Map<number, (Physical | null)[]>();
  #nextId = 1;
  #recording = 0;
  #persistentBytes = 0;
  #temporaryBytes = 0;
  #otherBytes = 0;
  #peakBytes = 0;

  constructor(
    readonly gpu: GPUDevice,
    readonly limits: DeviceLimits,
    readonly faults: Faults,
  ) {}

  /** Allocates a persistent buffer, which WebGPU fills with zeros. */
  allocate(buffer: DeviceBuffer): void {
    const bytes = persistentBytes(buffer.length);
    this.#persistent.set(buffer, this.create(bytes, storageUsage(), buffer.label));
    this.#persistentBytes += bytes;
    this.#notePeak();
  }

  free(buffer: DeviceBuffer): Physical {
    const physical = this.#persistent.get(buffer)!;
    this.#persistent.delete(buffer);
    this.#persistentBytes -= physical.bytes;
    physical.gpu.destroy();
    return physical;
  }

  persistent(buffer: DeviceBuffer): Physical {
    return this.#persistent.get(buffer)!;
  }

  /** Starts the next recording. Its number marks the slots that it uses. */
  begin(): void {
    this.#recording++;
  }

  /** The memory of a slot, created on first use with the label of its first temporary. */
  slot({ bytes, ordinal }: Slot, label: string): Physical {
    let others = this.#slots.get(bytes);
    if (others === undefined) this.#slots.set(bytes, others = []);
    let physical = others[ordinal] ?? null;
    if (physical === null) {
      this.#dropIdle();
      const size = Math.min(bytes, this.limits.maxBufferBytes);
      physical = others[ordinal] = this.create(size, storageUsage(), label);
      this.#temporaryBytes += size;
      this.#notePeak();
    }
    physical.used = this.#recording;
    return physical;
  }

  /** Creates a buffer that is not counted (uniforms, staging). */
  create(bytes: number, usage: number, label: string): Physical {
    const id = this.#nextId++;
    const checked = bytes >= CHECKED_BYTES;
    if (checked) this.gpu.pushErrorScope("out-of-memory");
    const gpu = this.gpu.createBuffer({ size: bytes, usage, label });
    if (checked) this.#checkMemory(bytes, label);
    return { id, gpu, bytes, touched: -1, used: this.#recording, staged: [] };
  }

  /** Adds memory that is allocated elsewhere, such as textures, to the memory in use. */
  countOther(bytes: number): void {
    this.#otherBytes += bytes;
    this.#notePeak();
  }

  memory(): MemoryUse {
    return {
      persistentBytes: this.#persistentBytes,
      temporaryBytes: this.#temporaryBytes,
      peakBytes: this.#peakBytes,
      buffers: this.#persistent.size + this.#count(),
    };
  }

  holders(): Holder[] {
    return [...this.#persistent].map(([{ label }, { bytes }]) => ({ label, bytes }));
  }

  destroy(): void {
    for (const { gpu } of this.#persistent.values()) gpu.destroy();
    for (const slots of this.#slots.values()) for (const slot of slots) slot?.gpu.destroy();
    this.#persistent.clear();
    this.#slots.clear();
    this.#persistentBytes = this.#temporaryBytes = 0;
  }

  #dropIdle(): void {
    for (const slots of this.#slots.values()) {
      slots.forEach((slot, ordinal) => {
        if (slot === null || slot === undefined) return;
        if (this.#recording - slot.used <= IDLE_RECORDINGS) return;
        slot.gpu.destroy();
        slots[ordinal] = null;
        this.#temporaryBytes -= slot.bytes;
      });
    }
  }

  #checkMemory(bytes: number, label: string): void {
    const used = this.#persistentBytes + this.#temporaryBytes;
    this.faults.await(
      this.gpu.popErrorScope().then((error) => {
        if (error === null) return;
        this.faults.explain(
          `Out of device memory: buffer "${label}" requires ${formatBytes(bytes)} in addition to ${
            formatBytes(used)
          } in use; try a smaller --micro-batch-size`,
        );
      }),
    );
  }

  #count(): number {
    let count = 0;
    for (const slots of this.#slots.values()) for (const slot of slots) if (slot) count++;
    return count;
  }

  #notePeak(): void {
    const now = this.#persistentBytes + this.#temporaryBytes + this.#otherBytes;
    this.#peakBytes = Math.max(this.#peakBytes, now);
  }
}

/** A function, because the constants exist only if the platform has WebGPU. */
function storageUsage(): number {
  return GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
}
