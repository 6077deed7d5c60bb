/**
 * GPU memory: one physical buffer behind each persistent buffer and behind each slot of temporaries. Slots stay from one recording to the
 * next, since the next step wants the same ones and the first use of new memory is slow.
 *
 * @module
 */
import type { DeviceBuffer, DeviceLimits, Holder, MemoryUse } from "../device.ts";
import { persistentBytes, type Slot } from "../slots.ts";
import type { Faults } from "./faults.ts";
import type { Staged } from "./operand_textures.ts";

/** A GPUBuffer, and what the encoder remembers of it. */
export interface Physical {
  /** Never given twice, so that caches may be keyed by it. */
  readonly id: number;
  readonly gpu: GPUBuffer;
  readonly bytes: number;
  /** The submission that last touched it. */
  touched: number;
  /** The recording that last used it. */
  used: number;
  /** Textures that hold ranges of it as they are now. */
  staged: Staged[];
}

/** Allocations from this size on are watched for lack of memory. */
const WATCHED_BYTES = 16 * 2 ** 20;
/** Slots that so many recordings did without are given back when another is needed. */
const IDLE_RECORDINGS = 32;

/** Makes, counts and destroys buffers. */
export class BufferPool {
  readonly #persistent = new Map<DeviceBuffer, Physical>();
  /** By size class, then ordinal; null where a slot was given back. */
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

  /** Memory for a persistent buffer; WebGPU fills it with zeros. */
  allocate(buffer: DeviceBuffer): void {
    const bytes = persistentBytes(buffer.length);
    this.#persistent.set(buffer, this.create(bytes, storageUsage(), buffer.label));
    this.#persistentBytes += bytes;
    this.#notePeak();
  }

  /** Whether the buffer is a live one of this device. */
  has(buffer: DeviceBuffer): boolean {
    return this.#persistent.has(buffer);
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

  /** Opens the next recording, whose number says which slots are still in use. */
  begin(): void {
    this.#recording++;
  }

  /** The memory of a slot; `label` is one of the temporaries that will live in it. */
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

  /** A buffer outside the count of persistent and temporary ones (uniforms, staging). */
  create(bytes: number, usage: number, label: string): Physical {
    const id = this.#nextId++;
    const watched = bytes >= WATCHED_BYTES;
    if (watched) this.gpu.pushErrorScope("out-of-memory");
    const gpu = this.gpu.createBuffer({ size: bytes, usage, label });
    if (watched) this.#watch(bytes, label);
    return { id, gpu, bytes, touched: -1, used: this.#recording, staged: [] };
  }

  /** Counts memory that is made elsewhere, as textures are. */
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

  /** Persistent buffers and their sizes. */
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

  #watch(bytes: number, label: string): void {
    this.faults.await(
      this.gpu.popErrorScope().then((error) => {
        if (error === null) return;
        this.faults.explain(
          `Out of device memory: ${label} needs ${(bytes / 2 ** 20).toFixed(0)} MiB beside ${
            (this.#persistentBytes + this.#temporaryBytes - bytes) / 2 ** 20 | 0
          } MiB in use; try a smaller --micro-batch-size`,
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

/** A function because the constants exist only where WebGPU does. */
function storageUsage(): number {
  return GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
}
