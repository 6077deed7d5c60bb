/**
 * Copies of matrices as textures, which some adapters read several times as fast as buffers. A copy is used again, within a
 * recording and by later ones, until something writes to the range that it was made from: ALBERT's shared weights are copied once a
 * step and read by every layer.
 *
 * @module
 */
import { elementBytes, type TexelFormat, type TextureOperand } from "../../../kernels/mod.ts";
import type { BufferPool, Physical } from "./buffer_pool.ts";

/** A texture that holds a matrix. */
export interface Staged {
  /** Never given twice. */
  readonly id: number;
  readonly texture: GPUTexture;
  readonly view: GPUTextureView;
  readonly bytes: number;
  /** Format, width and height, by which free textures are found again. */
  readonly shape: string;
  /** What it was copied from: first byte, byte after the last, and the layout. */
  begin: number;
  end: number;
  operand: TextureOperand;
  source: Physical | null;
  /** The recording that last read it. */
  used: number;
}

/** Free textures that so many recordings did without are given back when another is needed. */
const IDLE_RECORDINGS = 32;

/** Width and height in texels of an operand's texture, and how many column blocks it has. */
export function textureLayout(
  { rows, columns, padTexels }: TextureOperand,
  maxTextureSide: number,
): { width: number; height: number; blockWidth: number; blocks: number } {
  const height = Math.min(rows, maxTextureSide);
  const blocks = Math.ceil(rows / height);
  const blockWidth = columns / 4 + padTexels;
  return { width: blocks * blockWidth, height, blockWidth, blocks };
}

/** Makes, finds and forgets copies. */
export class OperandTextures {
  readonly #pool: BufferPool;
  readonly #maxTextureSide: number;
  readonly #budget: number;
  readonly #free = new Map<string, Staged[]>();
  /** Those that hold ranges of persistent buffers, in the order of their last use. */
  readonly #kept = new Set<Staged>();
  #keptBytes = 0;
  #recording = 0;
  #nextId = 1;
  #count = 0;
  #bytes = 0;

  /** `budget`: bytes of copies of persistent buffers that may outlive a recording. */
  constructor(pool: BufferPool, maxTextureSide: number, budget: number) {
    this.#pool = pool;
    this.#maxTextureSide = maxTextureSide;
    this.#budget = budget;
  }

  /** How many textures there are. */
  get count(): number {
    return this.#count;
  }

  /** Memory of all of them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The copy of the matrix that starts at byte `begin` of `source`, if there is one that still holds. */
  find(source: Physical, begin: number, operand: TextureOperand): Staged | null {
    for (const staged of source.staged) {
      if (staged.begin !== begin || !sameLayout(staged.operand, operand)) continue;
      staged.used = this.#recording;
      if (this.#kept.delete(staged)) this.#kept.add(staged);
      return staged;
    }
    return null;
  }

  /** Encodes a copy of the matrix. */
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
    const staged = this.#take(format, width, height);
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

  /** Forgets the copies that overlap a range which is being written. */
  written(source: Physical, begin: number, end: number): void {
    if (source.staged.length === 0) return;
    for (const staged of source.staged.slice()) {
      if (staged.begin < end && begin < staged.end) this.release(staged);
    }
  }

  /** Makes a copy's texture free for other matrices; what was encoded before still reads it as it is. */
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

  /** Forgets every copy of a buffer whose contents end here. */
  forget(source: Physical): void {
    for (const staged of source.staged.slice()) this.release(staged);
  }

  /** Opens the next recording. */
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

  #take(format: TexelFormat, width: number, height: number): Staged {
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

/** The first made, so that equal steps get equal textures and find their bind groups again. */
function takeOldest(free: Staged[]): Staged {
  let oldest = 0;
  for (let i = 1; i < free.length; i++) if (free[i].id < free[oldest].id) oldest = i;
  return free.splice(oldest, 1)[0];
}

/** The offset apart, which is part of the first byte. */
function sameLayout(a: TextureOperand, b: TextureOperand): boolean {
  return a.format === b.format && a.rows === b.rows && a.columns === b.columns &&
    a.pitch === b.pitch &&
    a.padTexels === b.padTexels;
}
