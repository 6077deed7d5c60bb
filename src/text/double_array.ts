/**
 * The double-array trie of Darts-clone, in the bit layout that SentencePiece stores inside its
 * models: one 32-bit unit a node.
 *
 * ```text
 * inner node   bits 0-7 label, bit 8 "a key ends here", bits 9-31 offset to the children
 * leaf         bit 31 set, bits 0-30 value
 * ```
 * The child of node `n` by byte `b` is unit `n ^ offset(n) ^ b`, and is there if that unit's
 * label is `b`; the leaf of a key that ends in `n` is unit `n ^ offset(n)`.
 *
 * Source: s-yata/darts-clone, `include/darts.h` (`DoubleArrayUnit`, `commonPrefixSearch`).
 *
 * @module
 */

/** Marks units that are no child of any node: no byte equals a label with bit 31 set. */
const EMPTY_UNIT = 0x80000000;
const LEAF_FLAG = 0x100;
const BLOCK = 256;
/** Blocks kept open for new nodes; older ones are nearly full and only cost time. */
const OPEN_BLOCKS = 16;

/** Distance from a node to its children (to be combined by XOR). */
export function unitOffset(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

/** The byte that leads to a unit; leaves give a number over 255. */
export function unitLabel(unit: number): number {
  return (unit & 0x800000ff) >>> 0;
}

/** Whether a key ends in this unit. */
export function unitHasLeaf(unit: number): boolean {
  return (unit & LEAF_FLAG) !== 0;
}

/** Value of a leaf unit. */
export function unitValue(unit: number): number {
  return unit & 0x7fffffff;
}

/**
 * Builds a double array.
 *
 * @param keys Byte strings without NUL, none empty and none twice, such that keys with a common
 * prefix stand together (any lexicographic order does).
 * @param values A value of at most 31 bits for each key.
 * @returns The units.
 * @throws {RangeError} If the trie needs more than 2,097,152 units, the reach of a short offset.
 */
export function buildDoubleArray(
  keys: readonly Uint8Array[],
  values: ArrayLike<number>,
): Uint32Array {
  const builder = new DoubleArrayBuilder();
  if (keys.length > 0) builder.addChildren(0, keys, values, 0, keys.length, 0);
  return builder.finish();
}

class DoubleArrayBuilder {
  #units = new Uint32Array(4 * BLOCK).fill(EMPTY_UNIT);
  /** Units taken by a node, and offsets taken by a parent: two parents must not share one. */
  #taken = new Uint8Array(4 * BLOCK);
  #offsetTaken = new Uint8Array(4 * BLOCK);
  #size = BLOCK;
  /** Units that may still be free, block by block, for the open blocks. */
  #free: Uint32Array[] = [];

  constructor() {
    this.#units[0] = 0;
    this.#taken[0] = 1;
    this.#free.push(blockUnits(0));
  }

  addChildren(
    node: number,
    keys: readonly Uint8Array[],
    values: ArrayLike<number>,
    begin: number,
    end: number,
    depth: number,
  ): void {
    const labels: number[] = [], borders: number[] = [];
    const hasLeaf = keys[begin].length === depth;
    if (hasLeaf) labels.push(0), borders.push(begin);
    for (let i = begin + (hasLeaf ? 1 : 0); i < end; i++) {
      const label = keys[i][depth];
      if (label !== labels[labels.length - 1] || (label === 0)) labels.push(label), borders.push(i);
    }
    borders.push(end);

    const children = this.#place(labels);
    const relative = node ^ children;
    if (relative >= 1 << 21) {
      throw new RangeError("Cannot build the trie: it needs more than 2,097,152 units");
    }
    this.#units[node] |= (relative << 10) | (hasLeaf ? LEAF_FLAG : 0);
    for (let i = 0; i < labels.length; i++) {
      this.#units[children ^ labels[i]] = hasLeaf && i === 0
        ? (EMPTY_UNIT | values[begin]) >>> 0
        : labels[i];
    }
    for (let i = hasLeaf ? 1 : 0; i < labels.length; i++) {
      this.addChildren(children ^ labels[i], keys, values, borders[i], borders[i + 1], depth + 1);
    }
  }

  finish(): Uint32Array {
    return this.#units.slice(0, this.#size);
  }

  /** Finds an offset at which every label lands on a free unit, and takes those units. */
  #place(labels: readonly number[]): number {
    const first = labels[0];
    for (const block of this.#free) {
      for (const unit of block) {
        const offset = unit ^ first;
        if (this.#taken[unit] || this.#offsetTaken[offset]) continue;
        if (labels.every((label) => !this.#taken[offset ^ label])) {
          return this.#take(offset, labels);
        }
      }
    }
    this.#grow();
    return this.#take((this.#size - BLOCK) ^ first, labels);
  }

  #take(offset: number, labels: readonly number[]): number {
    this.#offsetTaken[offset] = 1;
    for (const label of labels) this.#taken[offset ^ label] = 1;
    return offset;
  }

  #grow(): void {
    if (this.#size + BLOCK > this.#units.length) {
      const units = new Uint32Array(2 * this.#units.length).fill(EMPTY_UNIT);
      units.set(this.#units);
      this.#units = units;
      this.#taken = grown(this.#taken);
      this.#offsetTaken = grown(this.#offsetTaken);
    }
    this.#free = this.#free.slice(-(OPEN_BLOCKS - 1))
      .map((block) => block.filter((unit) => !this.#taken[unit]));
    this.#free.push(blockUnits(this.#size));
    this.#size += BLOCK;
  }
}

function blockUnits(start: number): Uint32Array {
  return Uint32Array.from({ length: BLOCK }, (_, i) => start + i);
}

function grown(flags: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(2 * flags.length);
  result.set(flags);
  return result;
}
