/**
 * A first-fit allocator for a WebAssembly memory. Adjacent free ranges are merged.
 *
 * @module
 */

/** Size of a page of WebAssembly memory, in bytes. */
export const PAGE_BYTES = 65_536;
const ALIGNMENT = 256;

interface Range {
  start: number;
  end: number;
}

/** Allocates ranges of a memory, and grows it as needed. */
export class Heap {
  /** Free ranges in address order. No two are adjacent. */
  readonly #ranges: Range[] = [];
  #end: number;
  /** Memory from here on has never been written and is zero. */
  #untouched: number;

  constructor(
    readonly memory: WebAssembly.Memory,
    readonly start: number,
    readonly maximumPages: number,
  ) {
    this.#end = memory.buffer.byteLength;
    this.#untouched = start;
    if (this.#end > start) this.#ranges.push({ start, end: this.#end });
  }

  /** Maximum number of bytes that can be allocated. */
  get capacity(): number {
    return this.maximumPages * PAGE_BYTES - this.start;
  }

  /** Allocates `bytes` bytes with undefined contents. Returns their address, or null if the memory cannot grow that far. */
  allocate(bytes: number): number | null {
    const size = aligned(bytes);
    let index = this.#ranges.findIndex(({ start, end }) => end - start >= size);
    if (index < 0) {
      if (!this.#grow(size)) return null;
      index = this.#ranges.length - 1;
    }
    const range = this.#ranges[index];
    const address = range.start;
    range.start += size;
    if (range.start === range.end) this.#ranges.splice(index, 1);
    return address;
  }

  /** Like {@linkcode allocate}, but filled with zeros. */
  allocateZeroed(bytes: number): number | null {
    const address = this.allocate(bytes);
    if (address === null) return null;
    const dirty = Math.min(address + bytes, this.#untouched) - address;
    if (dirty > 0) new Uint8Array(this.memory.buffer, address, dirty).fill(0);
    this.touch(address, bytes);
    return address;
  }

  /** Marks a range as no longer zero. Must be called before it is written. */
  touch(address: number, bytes: number): void {
    this.#untouched = Math.max(this.#untouched, address + aligned(bytes));
  }

  free(address: number, bytes: number): void {
    const range = { start: address, end: address + aligned(bytes) };
    let index = this.#ranges.findIndex(({ start }) => start > address);
    if (index < 0) index = this.#ranges.length;
    this.#ranges.splice(index, 0, range);
    const next = this.#ranges[index + 1];
    if (next !== undefined && next.start === range.end) {
      range.end = next.end;
      this.#ranges.splice(index + 1, 1);
    }
    const previous = this.#ranges[index - 1];
    if (previous !== undefined && previous.end === range.start) {
      previous.end = range.end;
      this.#ranges.splice(index, 1);
    }
  }

  /** Grows the memory until its last free range has `size` bytes. Grows by at least an eighth, because each growth costs a system call. */
  #grow(size: number): boolean {
    const last = this.#ranges.at(-1);
    const tail = last !== undefined && last.end === this.#end ? last : null;
    const needed = Math.ceil((size - (tail === null ? 0 : tail.end - tail.start)) / PAGE_BYTES);
    const pages = this.#end / PAGE_BYTES;
    const room = this.maximumPages - pages;
    if (needed > room) return false;
    const growth = Math.min(Math.max(needed, Math.ceil(pages / 8)), room);
    if (!this.#growBy(growth) && !this.#growBy(needed)) return false;
    const end = this.memory.buffer.byteLength;
    if (tail === null) this.#ranges.push({ start: this.#end, end });
    else tail.end = end;
    this.#end = end;
    return true;
  }

  #growBy(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }
}

function aligned(bytes: number): number {
  return Math.max(Math.ceil(bytes / ALIGNMENT), 1) * ALIGNMENT;
}
