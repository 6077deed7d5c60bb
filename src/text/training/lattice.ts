import { PieceTrie } from "./piece_trie.ts";
import { unknownScore, type Vocabulary } from "./vocabulary.ts";

/** The piece of an edge for a character without a piece. */
export const UNKNOWN_PIECE = -1;

/**
 * All segmentations of one text at a time: an edge for every piece at every position, ordered by
 * start. A character without a piece has its own edge, so there is always a path.
 */
export class Lattice {
  /** Number of edges of the current text. */
  edgeCount = 0;
  /** Start of each edge, relative to the start of the text. */
  starts: Int32Array = new Int32Array(1024);
  /** End of each edge. */
  ends: Int32Array = new Int32Array(1024);
  /** The piece of each edge, or {@linkcode UNKNOWN_PIECE}. */
  pieces: Int32Array = new Int32Array(1024);
  /** Score of an edge for an unknown character. */
  readonly unknownScore: number;
  readonly #trie: PieceTrie;
  #position = 0;
  #hasSingle = false;

  constructor(vocabulary: Vocabulary) {
    this.#trie = new PieceTrie(vocabulary);
    this.unknownScore = unknownScore(vocabulary);
  }

  /** Builds the segmentations of `symbols[start]` to `symbols[end - 1]`. */
  build(symbols: Int32Array, start: number, end: number): void {
    this.edgeCount = 0;
    for (let position = start; position < end; position++) {
      this.#position = position - start;
      this.#hasSingle = false;
      this.#trie.match(symbols, position, end, this.#addEdge);
      if (!this.#hasSingle) this.#addEdge(1, UNKNOWN_PIECE);
    }
  }

  readonly #addEdge = (length: number, piece: number): void => {
    const edge = this.edgeCount++;
    if (edge === this.starts.length) this.#grow();
    this.starts[edge] = this.#position;
    this.ends[edge] = this.#position + length;
    this.pieces[edge] = piece;
    if (length === 1) this.#hasSingle = true;
  };

  #grow(): void {
    for (const name of ["starts", "ends", "pieces"] as const) {
      const larger = new Int32Array(2 * this[name].length);
      larger.set(this[name]);
      this[name] = larger;
    }
  }
}
