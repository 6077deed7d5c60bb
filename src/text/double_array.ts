/**
 * The double-array trie of Darts-clone, in the bit layout that SentencePiece stores in its models:
 * one 32-bit unit per node.
 *
 * ```text
 * inner node   bits 0-7 label, bit 8 "a key ends here", bits 9-31 offset to the children
 * leaf         bit 31 set, bits 0-30 value
 * ```
 * The child of node `n` for byte `b` is unit `n ^ offset(n) ^ b`. It exists if the label of that unit
 * is `b`. The leaf of a key that ends in `n` is unit `n ^ offset(n)`.
 *
 * Source: s-yata/darts-clone, `include/darts.h` (`DoubleArrayUnit`, `commonPrefixSearch`).
 *
 * @module
 */

/** Units that are not the child of a node: no byte equals a label with bit 31 set. */
const EMPTY_UNIT = 0x80000000;
const LEAF_FLAG = 0x100;
const BLOCK = 256;
/** Blocks in which new nodes are placed. Older blocks are almost full, and searching them takes time. */
const OPEN_BLOCKS = 16;

/** Offset from a node to its children, combined by XOR. */
export function unitOffset(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

/** The byte on the edge to a unit; greater than 255 for a leaf. */
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

/** The value of the shortest key that a text starts with, or undefined if there is none. */
export function firstMatch(units: Uint32Array, text: Uint8Array): number | undefined {
  let node = unitOffset(units[0]);
  for (const byte of text) {
    node ^= byte;
    if (node >= units.length || unitLabel(units[node]) !== byte) return undefined;
    const unit = units[node];
    node ^= unitOffset(unit);
    if (unitHasLeaf(unit)) return unitValue(units[node]);
  }
  return undefined;
}

/**
 * Builds a double array.
 *
 * @param keys Distinct non-empty byte strings without NUL, in a lexicographic order.
 * @param values A value of at most 31 bits for each key.
 * @returns The units.
 * @throws {RangeError} If the trie needs more than 2,097,152 units, the limit of a short offset.
 */
export function buildDoubleArray(
  keys: readonly Uint8Array[],
  values: ArrayLike<number>,
): Uint32Array {
  return new DoubleArrayBuilder(keys, values).build();
}

class DoubleArrayBuilder {
  #units = new Uint32Array(4 * BLOCK).fill(EMPTY_UNIT);
  /** Whether a parent uses an offset; two parents must not share one. */
  #offsetTaken = new Uint8Array(4 * BLOCK);
  #size = 0;
  /** Doubly linked list of the free units in open blocks; its head is 0, the root. */
  #next = new Int32Array(4 * BLOCK);
  #previous = new Int32Array(4 * BLOCK);
  #free = new Uint8Array(4 * BLOCK);

  readonly #keys: readonly Uint8Array[];
  readonly #values: ArrayLike<number>;
  /** Nodes whose children are not placed yet. */
  readonly #open: { node: number; begin: number; end: number; depth: number }[] = [];

  constructor(keys: readonly Uint8Array[], values: ArrayLike<number>) {
    this.#keys = keys;
    this.#values = values;
    this.#units[0] = 0;
    // With this offset, the root would be the child for NUL, since its label is 0.
    this.#offsetTaken[0] = 1;
    this.#grow();
  }

  build(): Uint32Array {
    if (this.#keys.length > 0) {
      this.#open.push({ node: 0, begin: 0, end: this.#keys.length, depth: 0 });
    }
    for (let next = this.#open.pop(); next; next = this.#open.pop()) {
      this.#addChildren(next.node, next.begin, next.end, next.depth);
    }
    return this.#units.slice(0, this.#size);
  }

  /** Places the children of the node for the keys from `begin` to `end`. */
  #addChildren(node: number, begin: number, end: number, depth: number): void {
    const keys = this.#keys;
    const labels: number[] = [], borders: number[] = [];
    const hasLeaf = keys[begin].length === depth;
    if (hasLeaf) labels.push(0), borders.push(begin);
    for (let i = hasLeaf ? begin + 1 : begin; i < end; i++) {
      const label = keys[i][depth];
      if (label !== labels[labels.length - 1]) labels.push(label), borders.push(i);
    }
    borders.push(end);

    const children = this.#place(labels);
    const relative = node ^ children;
    if (relative >= 1 << 21) {
      throw new RangeError("Cannot build the trie: it needs more than 2,097,152 units");
    }
    this.#units[node] |= (relative << 10) | (hasLeaf ? LEAF_FLAG : 0);
    if (hasLeaf) this.#units[children] = EMPTY_UNIT | this.#values[begin];
    for (let i = hasLeaf ? 1 : 0; i < labels.length; i++) {
      const child = children ^ labels[i];
      this.#units[child] = labels[i];
      this.#open.push({ node: child, begin: borders[i], end: borders[i + 1], depth: depth + 1 });
    }
  }

  /** Finds an offset at which the units of all labels are free, and reserves them. */
  #place(labels: readonly number[]): number {
    const first = labels[0];
    for (let unit = this.#next[0]; unit !== 0; unit = this.#next[unit]) {
      const offset = unit ^ first;
      if (!this.#offsetTaken[offset] && this.#fits(offset, labels)) {
        return this.#take(offset, labels);
      }
    }
    const block = this.#size;
    this.#grow();
    return this.#take(block ^ first, labels);
  }

  #fits(offset: number, labels: readonly number[]): boolean {
    for (let i = 1; i < labels.length; i++) {
      if (!this.#free[offset ^ labels[i]]) return false;
    }
    return true;
  }

  #take(offset: number, labels: readonly number[]): number {
    this.#offsetTaken[offset] = 1;
    for (const label of labels) this.#unlink(offset ^ label);
    return offset;
  }

  #unlink(unit: number): void {
    this.#free[unit] = 0;
    this.#next[this.#previous[unit]] = this.#next[unit];
    this.#previous[this.#next[unit]] = this.#previous[unit];
  }

  /** Opens a block of units, and closes the oldest one. */
  #grow(): void {
    const start = this.#size, end = start + BLOCK;
    if (end > this.#units.length) this.#doubleCapacity();
    for (let unit = Math.max(start, 1); unit < end; unit++) {
      const last = this.#previous[0];
      this.#next[last] = unit;
      this.#previous[unit] = last;
      this.#next[unit] = 0;
      this.#previous[0] = unit;
      this.#free[unit] = 1;
    }
    this.#size = end;
    const closed = start - OPEN_BLOCKS * BLOCK;
    for (let unit = Math.max(closed, 1); unit < closed + BLOCK; unit++) {
      if (this.#free[unit]) this.#unlink(unit);
    }
  }

  #doubleCapacity(): void {
    const length = 2 * this.#units.length;
    const units = new Uint32Array(length).fill(EMPTY_UNIT);
    const offsetTaken = new Uint8Array(length), free = new Uint8Array(length);
    const next = new Int32Array(length), previous = new Int32Array(length);
    units.set(this.#units);
    offsetTaken.set(this.#offsetTaken);
    free.set(this.#free);
    next.set(this.#next);
    previous.set(this.#previous);
    this.#units = units;
    this.#offsetTaken = offsetTaken;
    this.#free = free;
    this.#next = next;
    this.#previous = previous;
  }
}
