/**
 * The uniforms of a recording in one buffer, which is written once. Each dispatch binds its part with a dynamic offset.
 *
 * @module
 */
import type { Uniforms } from "../../../kernels/mod.ts";
import type { Signature } from "../signature.ts";
import type { BufferPool, Physical } from "./buffer_pool.ts";

/** Packs uniforms and uploads them. */
export class UniformBlock {
  readonly #pool: BufferPool;
  readonly #alignment: number;
  #floats = new Float32Array(16_384);
  #words = new Uint32Array(this.#floats.buffer);
  #used = 0;
  #buffer: Physical | null = null;
  #outgrown: Physical | null = null;

  constructor(pool: BufferPool) {
    this.#pool = pool;
    this.#alignment = pool.gpu.limits.minUniformBufferOffsetAlignment / 4;
  }

  get bytes(): number {
    return this.#buffer?.bytes ?? 0;
  }

  /** Adds one run's uniforms as a block of `bytes` and returns its offset in bytes. */
  add({ uniforms: names, integers }: Signature, uniforms: Uniforms, bytes: number): number {
    const start = this.#used;
    const end = start + bytes / 4;
    if (end > this.#floats.length) this.#grow();
    for (let i = 0; i < names.length; i++) {
      if (integers[i]) this.#words[start + i] = uniforms[names[i]];
      else this.#floats[start + i] = uniforms[names[i]];
    }
    this.#used = Math.ceil(end / this.#alignment) * this.#alignment;
    return start * 4;
  }

  /** Uploads the blocks that were added, and clears them. */
  upload(): Physical {
    this.#outgrown?.gpu.destroy();
    this.#outgrown = null;
    const bytes = this.#floats.byteLength;
    if (this.#buffer === null || this.#buffer.bytes < bytes) {
      this.#outgrown = this.#buffer;
      const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
      this.#buffer = this.#pool.create(bytes, usage, "uniforms");
      this.#pool.countOther(bytes - (this.#outgrown?.bytes ?? 0));
    }
    const used = Math.min(this.#used, this.#floats.length);
    if (used > 0) this.#pool.gpu.queue.writeBuffer(this.#buffer.gpu, 0, this.#floats, 0, used);
    this.#used = 0;
    return this.#buffer;
  }

  /** Discards the blocks that were added. */
  clear(): void {
    this.#used = 0;
  }

  destroy(): void {
    this.#buffer?.gpu.destroy();
    this.#outgrown?.gpu.destroy();
  }

  #grow(): void {
    const grown = new Float32Array(this.#floats.length * 2);
    grown.set(this.#floats);
    this.#floats = grown;
    this.#words = new Uint32Array(grown.buffer);
  }
}
