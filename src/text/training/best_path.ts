import { type Lattice, UNKNOWN_PIECE } from "./lattice.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The most probable segmentation of one lattice after another (Viterbi). */
export class BestPath {
  /** Pieces of the latest path, from its end to its start. */
  readonly reversedPieces: number[] = [];
  #scores = new Float64Array(256);
  #edges = new Int32Array(256);

  /**
   * Finds the path and fills {@linkcode reversedPieces}; of paths with equal scores, the one with
   * the longer last piece.
   *
   * @param length Symbols in the lattice's text.
   * @param skipWhole Excludes the piece that spans the whole text.
   * @returns The sum of the path's scores; −Infinity if there is no path.
   */
  run(lattice: Lattice, vocabulary: Vocabulary, length: number, skipWhole = false): number {
    if (this.#scores.length <= length) {
      this.#scores = new Float64Array(2 * length);
      this.#edges = new Int32Array(2 * length);
    }
    const scores = this.#scores;
    const edges = this.#edges;
    scores.fill(-Infinity, 1, length + 1);
    scores[0] = 0;
    for (let edge = 0; edge < lattice.edgeCount; edge++) {
      const start = lattice.starts[edge];
      const end = lattice.ends[edge];
      if (skipWhole && end - start === length) continue;
      const piece = lattice.pieces[edge];
      const score = scores[start] +
        (piece === UNKNOWN_PIECE ? lattice.unknownScore : vocabulary.scores[piece]);
      if (score > scores[end]) {
        scores[end] = score;
        edges[end] = edge;
      }
    }
    this.reversedPieces.length = 0;
    if (scores[length] === -Infinity) return -Infinity;
    for (let end = length; end > 0; end = lattice.starts[edges[end]]) {
      this.reversedPieces.push(lattice.pieces[edges[end]]);
    }
    return scores[length];
  }
}
