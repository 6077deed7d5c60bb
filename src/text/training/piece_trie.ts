import type { Vocabulary } from "./vocabulary.ts";

/** Fields of a slot: parent node + 1 (0 = free), symbol, child node, piece or −1. */
const SLOT_SIZE = 4;

/**
 * Finds all pieces that start at a position. Edges are in one open-addressing hash table. A slot
 * contains an edge and the piece that ends there, so each step reads one cache line.
 */
export class PieceTrie {
  readonly #slots: Int32Array;
  readonly #mask: number;
  #nodeCount = 1;

  /**
   * Builds the trie of a vocabulary.
   *
   * @param vocabulary Its pieces must be in lexicographic order.
   */
  constructor(vocabulary: Vocabulary) {
    const { text, offsets, lengths } = vocabulary;
    // A node for every distinct prefix: the part of a piece that the previous one does not share.
    const sharedLengths = new Int32Array(offsets.length);
    let edges = 0;
    for (let piece = 0; piece < offsets.length; piece++) {
      if (piece > 0) sharedLengths[piece] = sharedWithPrevious(vocabulary, piece);
      edges += lengths[piece] - sharedLengths[piece];
    }
    let capacity = 16;
    while (capacity < 2 * edges) capacity *= 2;
    this.#slots = new Int32Array(capacity * SLOT_SIZE);
    this.#mask = capacity - 1;

    const path = [0];
    for (let piece = 0; piece < offsets.length; piece++) {
      const length = lengths[piece];
      for (let depth = sharedLengths[piece]; depth < length; depth++) {
        const symbol = text[offsets[piece] + depth];
        path[depth + 1] = this.#insert(path[depth], symbol, depth + 1 === length ? piece : -1);
      }
    }
  }

  /**
   * Calls `found` with the length and the index of every piece that `symbols` has at `start`,
   * the shortest first, up to `end`.
   */
  match(
    symbols: Int32Array,
    start: number,
    end: number,
    found: (length: number, piece: number) => void,
  ): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let node = 0;
    for (let i = start; i < end; i++) {
      const symbol = symbols[i];
      let slot = hash(node, symbol) & mask;
      let at = slot * SLOT_SIZE;
      while (slots[at] !== 0 && (slots[at] !== node + 1 || slots[at + 1] !== symbol)) {
        slot = (slot + 1) & mask;
        at = slot * SLOT_SIZE;
      }
      if (slots[at] === 0) return;
      node = slots[at + 2];
      if (slots[at + 3] >= 0) found(i + 1 - start, slots[at + 3]);
    }
  }

  #insert(parent: number, symbol: number, piece: number): number {
    let slot = hash(parent, symbol) & this.#mask;
    while (this.#slots[slot * SLOT_SIZE] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots.set([parent + 1, symbol, this.#nodeCount, piece], slot * SLOT_SIZE);
    return this.#nodeCount++;
  }
}

function sharedWithPrevious({ text, offsets, lengths }: Vocabulary, piece: number): number {
  const left = offsets[piece - 1];
  const right = offsets[piece];
  const limit = Math.min(lengths[piece - 1], lengths[piece]);
  let length = 0;
  while (length < limit && text[left + length] === text[right + length]) length++;
  return length;
}

function hash(node: number, symbol: number): number {
  const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(symbol + 1, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
