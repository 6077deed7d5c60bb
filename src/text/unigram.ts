/**
 * Segmentation with a unigram language model: the best path through all segmentations of normalized
 * text.
 *
 * Scores are added in SentencePiece's order and precision (float32), so near ties have the same result:
 * between "6|66" and "66|6" the rounding of the sums decides.
 *
 * Source: google/sentencepiece, `src/unigram_model.cc` (`Model::EncodeOptimized`) and
 * `src/sentencepiece_processor.cc` (`PopulateSentencePieceText`, fusing of unknown pieces);
 * Kudo, "Subword Regularization", ACL 2018, for the model.
 *
 * @module
 */
import { quote } from "../json/mod.ts";
import { buildDoubleArray } from "./double_array.ts";
import { SegmentationLattice } from "./lattice_search.ts";
import { utf8Length } from "./normalizer.ts";
import { PieceType, type SentencePiece } from "./sentencepiece_model.ts";

/** Difference between the lowest score of a piece and the score of an unknown character (`kUnkPenalty`). */
const UNKNOWN_PENALTY = 10;
/** Sums beyond this are reset to 0, so that float32 is precise enough for long texts. */
const SCORE_RESET_THRESHOLD = 100_000;

/** Segments normalized UTF-8 into pieces of a vocabulary. */
export class Unigram {
  /** Ids of the last segmentation. The next one overwrites them. */
  ids: Int32Array = new Int32Array(0);
  /** Byte at which each piece of the last segmentation ends. */
  ends: Int32Array = new Int32Array(0);

  readonly #units: Int32Array;
  readonly #scores: Float32Array;
  readonly #unknownId: number;
  readonly #unknownScore: number;
  readonly #userDefined: ReadonlySet<number>;

  // The best path that ends at each byte: its score, and the start and id of its last piece.
  #best: Float32Array = new Float32Array(0);
  #startOf: Int32Array = new Int32Array(0);
  #idOf: Int32Array = new Int32Array(0);

  /**
   * Builds a trie of the vocabulary.
   *
   * @param pieces The vocabulary, by id.
   * @throws {SyntaxError} If there is not exactly one unknown piece, a piece is empty or a duplicate,
   * or a score is not finite.
   */
  constructor(pieces: readonly SentencePiece[]) {
    this.#unknownId = checkPieces(pieces);
    let lowest = Infinity;
    for (const { type, score } of pieces) {
      if (type === PieceType.normal) {
        lowest = Math.min(lowest, score);
      }
    }
    this.#userDefined = new Set(
      pieces.flatMap(({ type }, id) => type === PieceType.userDefined ? [id] : []),
    );
    if (lowest === Infinity) lowest = 0;
    this.#unknownScore = Math.fround(lowest - UNKNOWN_PENALTY);

    const idOf = new Map<string, number>();
    pieces.forEach(({ piece, type }, id) => {
      if (type === PieceType.normal || type === PieceType.userDefined) idOf.set(piece, id);
    });
    const sorted = [...idOf.keys()].sort();
    const ids = sorted.map((piece) => idOf.get(piece)!);
    const encoder = new TextEncoder();
    const keys = sorted.map((piece) => encoder.encode(piece));
    const units = buildDoubleArray(keys, ids);
    this.#scores = new Float32Array(pieces.length);
    ids.forEach((id, i) => {
      const isUserDefined = pieces[id].type === PieceType.userDefined;
      this.#scores[id] = isUserDefined ? userDefinedScore(keys[i].length) : pieces[id].score;
    });
    this.#units = new Int32Array(units.buffer, units.byteOffset, units.length);
  }

  /**
   * Finds the best segmentation. It is in {@link Unigram.ids} and {@link Unigram.ends}.
   * Adjacent unknown characters become one unknown piece.
   *
   * @param text Normalized UTF-8.
   * @param length Number of bytes of `text` to read.
   * @returns The number of pieces.
   */
  segment(text: Uint8Array, length: number): number {
    this.#forward(text, length);
    return this.#backtrack(length);
  }

  /**
   * Builds the lattice of all segmentations.
   *
   * @param text Normalized UTF-8.
   * @param length Number of bytes of `text` to use.
   * @returns The lattice, and the byte at which each character starts, with one entry for the end.
   */
  lattice(
    text: Uint8Array,
    length: number,
  ): { readonly lattice: SegmentationLattice; readonly starts: readonly number[] } {
    const starts: number[] = [], characterAt = new Int32Array(length + 1);
    for (let at = 0; at < length; at += utf8Length(text[at])) starts.push(at);
    starts.push(length);
    starts.forEach((start, character) => characterAt[start] = character);
    const units = this.#units, root = offsetOf(units[0]);
    const lattice = new SegmentationLattice(starts.length - 1, (character) => {
      const found: { id: number; end: number; score: number }[] = [];
      let node = root;
      for (let i = starts[character]; i < length; i++) {
        node ^= text[i];
        const unit = units[node];
        if ((unit & 0x800000ff) !== text[i]) break;
        node ^= offsetOf(unit);
        if ((unit & 0x100) === 0) continue;
        const id = units[node] & 0x7fffffff, end = characterAt[i + 1];
        const score = this.#userDefined.has(id)
          ? userDefinedScore(end - character)
          : this.#scores[id];
        found.push({ id, end, score });
      }
      if (!found.some(({ end }) => end === character + 1)) {
        found.push({ id: this.#unknownId, end: character + 1, score: this.#unknownScore });
      }
      return found;
    });
    return { lattice, starts };
  }

  #forward(text: Uint8Array, length: number): void {
    if (this.#best.length <= length) this.#grow(length);
    const units = this.#units, scores = this.#scores;
    const best = this.#best, startOf = this.#startOf, idOf = this.#idOf;
    const unknownId = this.#unknownId, unknownScore = this.#unknownScore;
    const root = offsetOf(units[0]), fround = Math.fround;
    best.fill(-Infinity, 1, length + 1);
    best[0] = 0;
    let start = 0, frontier = 0;
    while (start < length) {
      let here = best[start];
      if (here < -SCORE_RESET_THRESHOLD || here > SCORE_RESET_THRESHOLD) {
        for (let i = start; i <= frontier; i++) best[i] -= here;
        here = 0;
      }
      const characterEnd = Math.min(start + utf8Length(text[start]), length);
      let characterIsPiece = false;
      let node = root;
      for (let i = start; i < length; i++) {
        const byte = text[i];
        node ^= byte;
        const unit = units[node];
        if ((unit & 0x800000ff) !== byte) break;
        node ^= offsetOf(unit);
        if ((unit & 0x100) !== 0) {
          const id = units[node] & 0x7fffffff;
          const score = fround(here + scores[id]);
          const end = i + 1;
          if (score > best[end]) {
            best[end] = score;
            startOf[end] = start;
            idOf[end] = id;
          }
          if (end > frontier) frontier = end;
          if (end === characterEnd) characterIsPiece = true;
        }
      }
      if (!characterIsPiece) {
        const score = fround(here + unknownScore);
        if (characterEnd > frontier) frontier = characterEnd;
        if (score > best[characterEnd]) {
          best[characterEnd] = score;
          startOf[characterEnd] = start;
          idOf[characterEnd] = unknownId;
        }
      }
      start = characterEnd;
    }
  }

  #backtrack(length: number): number {
    const startOf = this.#startOf, idOf = this.#idOf, unknownId = this.#unknownId;
    let count = 0;
    for (let end = length, after = -1; end > 0; end = startOf[end]) {
      const id = idOf[end];
      if (id !== unknownId || after !== unknownId) count++;
      after = id;
    }
    const ids = this.ids, ends = this.ends;
    for (let end = length, after = -1, i = count; end > 0; end = startOf[end]) {
      const id = idOf[end];
      if (id !== unknownId || after !== unknownId) {
        i--;
        ids[i] = id;
        ends[i] = end;
      }
      after = id;
    }
    return count;
  }

  #grow(length: number): void {
    const size = 2 * length + 256;
    this.#best = new Float32Array(size);
    this.#startOf = new Int32Array(size);
    this.#idOf = new Int32Array(size);
    this.ids = new Int32Array(size);
    this.ends = new Int32Array(size);
  }
}

/** {@link unitOffset} for signed units. A copy in this file, so that it is inlined. */
function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

/** A user-defined symbol takes precedence over other pieces, and a longer one over a shorter one. */
function userDefinedScore(byteLength: number): number {
  return Math.fround(0.1 * (byteLength - 1));
}

/** Returns the id of the unknown piece. */
function checkPieces(pieces: readonly SentencePiece[]): number {
  let unknownId = -1;
  const seen = new Set<string>(), reserved = new Set<string>();
  pieces.forEach(({ piece, score, type }, id) => {
    if (piece === "" || piece.includes("\0")) {
      throw new SyntaxError(`Cannot use the vocabulary: piece ${id} is empty or contains a NUL`);
    }
    if (!Number.isFinite(score)) {
      throw new SyntaxError(
        `Cannot use the vocabulary: the score of piece ${id} must be finite, got ${score}`,
      );
    }
    const searchable = type === PieceType.normal || type === PieceType.userDefined ||
      type === PieceType.unused;
    const group = searchable ? seen : reserved;
    if (group.has(piece)) {
      throw new SyntaxError(
        `Cannot use the vocabulary: piece ${id}, ${quote(piece)}, is a duplicate`,
      );
    }
    group.add(piece);
    if (type !== PieceType.unknown) return;
    if (unknownId >= 0) {
      throw new SyntaxError(
        `Cannot use the vocabulary: pieces ${unknownId} and ${id} both have the type unknown`,
      );
    }
    unknownId = id;
  });
  if (unknownId < 0) throw new SyntaxError("Cannot use the vocabulary: it has no unknown piece");
  return unknownId;
}
