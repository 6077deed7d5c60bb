/**
 * WordPiece: splits a word into the longest pieces of the vocabulary, from left to right.
 *
 * Source: google-research/bert, `tokenization.py` (`WordpieceTokenizer`).
 *
 * @module
 */
import { buildDoubleArray, unitHasLeaf, unitLabel, unitOffset, unitValue } from "./double_array.ts";

/** Splits words in UTF-8. */
export class WordPiece {
  /** Ids of the last word's pieces. The next word overwrites them. */
  ids: Int32Array = new Int32Array(128);
  /** Byte at which each piece of the last word ends. */
  ends: Int32Array = new Int32Array(128);

  readonly #initial: Uint32Array;
  readonly #continuing: Uint32Array;

  /**
   * Builds the tries of initial and continuing pieces.
   *
   * @param pieces The vocabulary, by id.
   * @param continuingPrefix Prefix of continuing pieces (`##`).
   */
  constructor(pieces: readonly string[], continuingPrefix: string) {
    this.#initial = buildTrie(pieces.map((piece, id) => ({ piece, id })));
    this.#continuing = buildTrie(
      pieces.map((piece, id) => ({ piece, id }))
        .filter(({ piece }) => piece.startsWith(continuingPrefix))
        .map(({ piece, id }) => ({ piece: piece.slice(continuingPrefix.length), id })),
    );
  }

  /**
   * Splits a word. The pieces are in {@link WordPiece.ids} and {@link WordPiece.ends}.
   *
   * @param word UTF-8 of the word.
   * @param length Number of bytes of `word` to read.
   * @returns The number of pieces; 0 if no pieces make up the word.
   */
  cut(word: Uint8Array, length: number): number {
    if (this.ids.length < length) {
      this.ids = new Int32Array(2 * length);
      this.ends = new Int32Array(2 * length);
    }
    let count = 0, start = 0;
    while (start < length) {
      const units = start === 0 ? this.#initial : this.#continuing;
      let node = unitOffset(units[0]);
      let end = 0;
      for (let i = start; i < length; i++) {
        node ^= word[i];
        const unit = units[node];
        if (unitLabel(unit) !== word[i]) break;
        node ^= unitOffset(unit);
        if (unitHasLeaf(unit)) {
          end = i + 1;
          this.ids[count] = unitValue(units[node]);
        }
      }
      if (end === 0) return 0;
      this.ends[count++] = end;
      start = end;
    }
    return count;
  }
}

function buildTrie(entries: { piece: string; id: number }[]): Uint32Array {
  const sorted = entries.filter(({ piece }) => piece !== "" && !piece.includes("\0"))
    .sort((a, b) => a.piece < b.piece ? -1 : 1);
  const encoder = new TextEncoder();
  return buildDoubleArray(
    sorted.map(({ piece }) => encoder.encode(piece)),
    sorted.map(({ id }) => id),
  );
}
