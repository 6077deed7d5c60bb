/**
 * Copies from the device to the host. Reads of a recording share a staging buffer and one wait, because each wait costs 11 ms in Deno.
 *
 * @module
 */
import type { HostArray } from "../device.ts";
import type { ReadCommand } from "../recording.ts";
import { sizeClass } from "../slots.ts";
import type { BufferPool, Physical } from "./buffer_pool.ts";
import type { Faults } from "./faults.ts";

/** Maximum size of a staging buffer for several reads. A larger read gets its own. */
const STAGING_BYTES = 64 * 2 ** 20;
/** Staging buffers of at most this size are kept for later reads, and how many of them. */
const KEPT_BYTES = 4 * 2 ** 20;
const KEPT_BUFFERS = 8;

interface Part {
  readonly command: ReadCommand;
  readonly source: Physical;
  readonly offset: number;
}

interface Batch {
  readonly parts: Part[];
  bytes: number;
}

/** Encodes the reads of a recording, then waits for them. */
export class Readback {
  readonly #pool: BufferPool;
  readonly #faults: Faults;
  readonly #free: Physical[] = [];
  readonly #pending = new Set<Promise<void>>();
  #batches: { readonly batch: Batch; readonly staging: Physical }[] = [];

  constructor(pool: BufferPool, faults: Faults) {
    this.#pool = pool;
    this.#faults = faults;
  }

  /** Encodes the copies of consecutive reads. */
  encode(
    encoder: GPUCommandEncoder,
    reads: readonly ReadCommand[],
    sourceOf: (command: ReadCommand) => Physical,
  ): void {
    const maxBytes = Math.min(STAGING_BYTES, this.#pool.limits.maxBufferBytes);
    let batch: Batch = { parts: [], bytes: 0 };
    const close = () => {
      if (batch.bytes > 0) this.#encode(encoder, batch);
      batch = { parts: [], bytes: 0 };
    };
    for (const command of reads) {
      const bytes = command.view.length * 4;
      if (bytes === 0) {
        command.resolve(arrayOver(command, new ArrayBuffer(0)));
        continue;
      }
      if (batch.bytes > 0 && batch.bytes + bytes > maxBytes) close();
      batch.parts.push({ command, source: sourceOf(command), offset: batch.bytes });
      batch.bytes += Math.ceil(bytes / 16) * 16;
    }
    close();
  }

  /** Starts waiting for everything encoded since the last call. Must be called after the submission. */
  start(): void {
    for (const { batch, staging } of this.#batches) {
      const done = this.#finish(batch, staging).finally(() => this.#pending.delete(done));
      this.#pending.add(done);
    }
    this.#batches = [];
  }

  /** Discards copies that are encoded but not submitted. */
  clear(): void {
    for (const { staging } of this.#batches) staging.gpu.destroy();
    this.#batches = [];
  }

  /** Resolves when no reads are pending. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  destroy(): void {
    for (const { gpu } of this.#free) gpu.destroy();
    this.#free.length = 0;
  }

  #encode(encoder: GPUCommandEncoder, batch: Batch): void {
    const staging = this.#acquire(batch.bytes);
    for (const { command: { view }, source, offset } of batch.parts) {
      const bytes = view.length * 4;
      encoder.copyBufferToBuffer(source.gpu, view.offset * 4, staging.gpu, offset, bytes);
    }
    this.#batches.push({ batch, staging });
  }

  async #finish(batch: Batch, staging: Physical): Promise<void> {
    try {
      await staging.gpu.mapAsync(GPUMapMode.READ, 0, batch.bytes);
      await this.#faults.answered();
      const fault = this.#faults.first;
      if (fault !== null) throw fault;
      const memory = staging.gpu.getMappedRange(0, batch.bytes);
      for (const { command, offset } of batch.parts) {
        const end = offset + command.view.length * 4;
        command.resolve(arrayOver(command, memory.slice(offset, end)));
      }
      staging.gpu.unmap();
      this.#release(staging);
    } catch (error) {
      staging.gpu.destroy();
      const fault = await this.#faults.explanation();
      for (const { command } of batch.parts) command.reject(fault ?? error);
    }
  }

  #acquire(bytes: number): Physical {
    const size = Math.min(sizeClass(bytes), this.#pool.limits.maxBufferBytes);
    const known = this.#free.findIndex((staging) => staging.bytes === size);
    if (known >= 0) return this.#free.splice(known, 1)[0];
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    return this.#pool.create(size, usage, "readback");
  }

  #release(staging: Physical): void {
    if (staging.bytes > KEPT_BYTES) staging.gpu.destroy();
    else {
      this.#free.push(staging);
      if (this.#free.length > KEPT_BUFFERS) this.#free.shift()!.gpu.destroy();
    }
  }
}

function arrayOver({ view }: ReadCommand, memory: ArrayBuffer): HostArray {
  return view.buffer.type === "u32" ? new Uint32Array(memory) : new Float32Array(memory);
}
