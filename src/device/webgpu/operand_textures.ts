/**
 * Copies of matrices in textures, which some adapters read several times faster than buffers. A copy is reused, within a recording and
 * by later ones, until its source is written: ALBERT's shared weights are copied once per step and read by every layer.
 *
 * @module
 */
import { elementBytes, type TexelFormat, type TextureOperand } from "../../../kernels/mod.ts";
import type { Command } from "../recording.ts";
import type { BufferPool, Physical } from "./buffer_pool.ts";
import type { Plan } from "./encoder.ts";

/** A texture with a copy of a matrix. */
export interface Staged {
  /** Never reused. */
  readonly id: number;
  readonly texture: GPUTexture;
  readonly view: GPUTextureView;
  readonly bytes: number;
  /** Format, width and height. Free textures are reused by shape. */
  readonly shape: string;
  /** The source: first byte, byte after the last, layout and buffer. A free texture has no source. */
  begin: number;
  end: number;
  operand: TextureOperand;
  source: Physical | null;
  /** The last recording that reads it. */
  used: number;
}

/** Free textures that were not used in this many recordings are destroyed when a new one is needed. */
const IDLE_RECORDINGS = 32;

/** Width and height of an operand's texture in texels, width of its column blocks, and their number. */
export function textureLayout(
  { rows, columns, padTexels }: TextureOperand,
  maxTextureSide: number,
): { width: number; height: number; blockWidth: number; blocks: number } {
  const height = Math.min(rows, maxTextureSide);
  const blocks = Math.ceil(rows / height);
  const blockWidth = columns / 4 + padTexels;
  return { width: blocks * blockWidth, height, blockWidth, blocks };
}

/** Creates, finds and releases copies. */
export class OperandTextures {
  readonly #pool: BufferPool;
  readonly #maxTextureSide: number;
  readonly #budget: number;
  readonly #free = new Map<string, Staged[]>();
  /** Copies from persistent buffers, least recently used first. */
  readonly #kept = new Set<Staged>();
  #keptBytes = 0;
  #recording = 0;
  #nextId = 1;
  #count = 0;
  #bytes = 0;

  /** `budget` is the maximum number of bytes that copies of persistent buffers may use between recordings. */
  constructor(pool: BufferPool, maxTextureSide: number, budget: number) {
    this.#pool = pool;
    this.#maxTextureSide = maxTextureSide;
    this.#budget = budget;
  }

  /** Number of textures, in use or free. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The valid copy of the matrix at byte `begin` of `source`, or null. */
  find(source: Physical, begin: number, operand: TextureOperand): Staged | null {
    for (const staged of source.staged) {
      if (staged.begin !== begin || !sameLayout(staged.operand, operand)) continue;
      staged.used = this.#recording;
      if (this.#kept.delete(staged)) this.#kept.add(staged);
      return staged;
    }
    return null;
  }

  /** Encodes a copy of the matrix at byte `begin` of `source`. */
  copy(
    encoder: GPUCommandEncoder,
    source: Physical,
    begin: number,
    operand: TextureOperand,
    persistent: boolean,
  ): Staged {
    const { format, rows, columns, pitch } = operand;
    const bytes = elementBytes(format);
    const { width, height, blockWidth, blocks } = textureLayout(operand, this.#maxTextureSide);
    const staged = this.#acquire(format, width, height);
    for (let block = 0; block < blocks; block++) {
      const first = block * height;
      encoder.copyBufferToTexture(
        { buffer: source.gpu, offset: begin + first * pitch * bytes, bytesPerRow: pitch * bytes },
        { texture: staged.texture, origin: [block * blockWidth, 0] },
        [columns / 4, Math.min(rows - first, height)],
      );
    }
    staged.begin = begin;
    staged.end = begin + ((rows - 1) * pitch + columns) * bytes;
    staged.operand = operand;
    staged.source = source;
    staged.used = this.#recording;
    source.staged.push(staged);
    if (persistent) {
      this.#kept.add(staged);
      this.#keptBytes += staged.bytes;
    }
    return staged;
  }

  /** Releases the copies that overlap a range which is written. */
  written(source: Physical, begin: number, end: number): void {
    if (source.staged.length === 0) return;
    for (const staged of source.staged.slice()) {
      if (staged.begin < end && begin < staged.end) this.release(staged);
    }
  }

  /** Frees the texture of a copy for other matrices. Commands that are already encoded still read the copy. */
  release(staged: Staged): void {
    const { source } = staged;
    if (source === null) return;
    source.staged.splice(source.staged.indexOf(staged), 1);
    staged.source = null;
    if (this.#kept.delete(staged)) this.#keptBytes -= staged.bytes;
    const others = this.#free.get(staged.shape);
    if (others === undefined) this.#free.set(staged.shape, [staged]);
    else others.push(staged);
  }

  forget(source: Physical): void {
    for (const staged of source.staged.slice()) this.release(staged);
  }

  /** Releases every copy of persistent buffers. */
  forgetAll(): void {
    for (const staged of [...this.#kept]) this.release(staged);
  }

  /** Starts the next recording. */
  begin(): void {
    this.#recording++;
    for (const staged of this.#kept) {
      if (this.#keptBytes <= this.#budget) break;
      this.release(staged);
    }
  }

  destroy(): void {
    for (const staged of this.#kept) staged.texture.destroy();
    for (const others of this.#free.values()) for (const { texture } of others) texture.destroy();
    this.#kept.clear();
    this.#free.clear();
  }

  #acquire(format: TexelFormat, width: number, height: number): Staged {
    const shape = `${format} ${width}x${height}`;
    const free = this.#free.get(shape);
    if (free !== undefined && free.length > 0) return takeOldest(free);
    this.#dropIdle();
    const texture = this.#pool.gpu.createTexture({
      label: `operand ${shape}`,
      size: [width, height],
      format,
      usage: GPUTextureUsage.COPY_DST | GPUTextureUsage.STORAGE_BINDING,
    });
    const bytes = width * height * 4 * elementBytes(format);
    this.#count++;
    this.#add(bytes);
    return {
      id: this.#nextId++,
      texture,
      view: texture.createView(),
      bytes,
      shape,
      begin: 0,
      end: 0,
      operand: NO_OPERAND,
      source: null,
      used: this.#recording,
    };
  }

  #add(bytes: number): void {
    this.#bytes += bytes;
    this.#pool.countOther(bytes);
  }

  #dropIdle(): void {
    for (const [shape, others] of this.#free) {
      const left = others.filter((staged) => {
        if (this.#recording - staged.used <= IDLE_RECORDINGS) return true;
        staged.texture.destroy();
        this.#count--;
        this.#add(-staged.bytes);
        return false;
      });
      if (left.length === 0) this.#free.delete(shape);
      else this.#free.set(shape, left);
    }
  }
}

const NO_OPERAND: TextureOperand = {
  format: "rgba32float",
  offset: 0,
  rows: 0,
  columns: 0,
  pitch: 0,
  padTexels: 0,
};

/** Takes the texture that was created first, so that equal steps get equal textures and reuse their bind groups. */
function takeOldest(free: Staged[]): Staged {
  let oldest = 0;
  for (let i = 1; i < free.length; i++) if (free[i].id < free[oldest].id) oldest = i;
  return free.splice(oldest, 1)[0];
}

/** Compares everything but the offset, which is part of the first byte. */
function sameLayout(a: TextureOperand, b: TextureOperand): boolean {
  return a.format === b.format && a.rows === b.rows && a.columns === b.columns &&
    a.pitch === b.pitch &&
    a.padTexels === b.padTexels;
}

/**
 * Maximum distance between two uses of a temporary's texture, in runs. A saved activation is read in the forward pass and, much later, in
 * the backward pass. Copying it twice costs little; keeping the copy would double the memory of activations.
 */
const KEPT_RUNS = 64;

/** For each run of a recording, the names of bindings whose textures can be released after it, or undefined. */
export function lastTextureUses(
  commands: readonly Command<Plan>[],
): readonly (readonly string[] | undefined)[] {
  const ends: (string[] | undefined)[] = [];
  const uses = new Map<string, { run: number; name: string }>();
  const end = ({ run, name }: { run: number; name: string }) => {
    const others = ends[run];
    if (others === undefined) ends[run] = [name];
    else others.push(name);
  };
  let run = -1;
  for (const command of commands) {
    if (command.type !== "run") continue;
    run++;
    const operands = command.plan.textures;
    for (const name in operands) {
      const { buffer, offset } = command.views[command.names.indexOf(name)];
      if (!buffer.temporary) continue;
      const { format, offset: inner, rows, columns, pitch, padTexels } = operands[name];
      const begin = offset * 4 + inner * elementBytes(format);
      const key = `${buffer.id} ${begin} ${format} ${rows} ${columns} ${pitch} ${padTexels}`;
      const last = uses.get(key);
      if (last !== undefined && run - last.run > KEPT_RUNS) end(last);
      uses.set(key, { run, name });
    }
  }
  for (const last of uses.values()) end(last);
  return ends;
}
