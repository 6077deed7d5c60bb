/**
 * A set of document hashes, in at most 16 bytes per document.
 *
 * @module
 */

/** A set of 64-bit hashes: open addressing in typed arrays, at most half full. */
export class DocumentSet {
  #slots: Uint32Array = new Uint32Array(2 * 1024);
  #size = 0;

  /** Number of hashes. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds a hash.
   *
   * @param low Its lower word.
   * @param high Its upper word.
   * @returns Whether it is new.
   */
  add(low: number, high: number): boolean {
    // A slot of zeros is empty, so a hash of zeros is replaced by another one.
    if ((low | high) === 0) low = 1;
    if (4 * (this.#size + 1) > this.#slots.length) this.#grow();
    if (!insert(this.#slots, low >>> 0, high >>> 0)) return false;
    this.#size++;
    return true;
  }

  #grow(): void {
    const larger = new Uint32Array(2 * this.#slots.length);
    for (let i = 0; i < this.#slots.length; i += 2) {
      const low = this.#slots[i], high = this.#slots[i + 1];
      if ((low | high) !== 0) insert(larger, low, high);
    }
    this.#slots = larger;
  }
}

function insert(slots: Uint32Array, low: number, high: number): boolean {
  const mask = slots.length / 2 - 1;
  for (let slot = low & mask;; slot = (slot + 1) & mask) {
    const a = slots[2 * slot], b = slots[2 * slot + 1];
    if ((a | b) === 0) {
      slots[2 * slot] = low;
      slots[2 * slot + 1] = high;
      return true;
    }
    if (a === low && b === high) return false;
  }
}
