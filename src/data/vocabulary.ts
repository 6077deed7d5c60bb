/**
 * The parts of a vocabulary that the data depend on: size, special ids, and starts of words.
 *
 * @module
 */

import type { SpecialIds } from "../text/mod.ts";
import { hexOf } from "./hex.ts";

/** The part of a tokenizer that preparing data needs. */
export interface PieceTokenizer {
  /** Number of ids. */
  readonly vocabularySize: number;
  /** Ids of the special tokens. */
  readonly specialIds: SpecialIds;
  /** Tokenizes a text without adding special tokens. */
  encodeIds(text: string): ArrayLike<number>;
  /** Returns the text of a piece, with its word marker. */
  idToPiece(id: number): string;
}

/** The vocabulary of a folder of shards. */
export interface VocabularyFacts {
  /** Number of ids. */
  readonly size: number;
  /** SHA-256 of the pieces and special ids. */
  readonly fingerprint: string;
  /** Ids of the special tokens. */
  readonly special: SpecialIds;
  /** For each id 1 if the piece starts a word, 0 if it continues one. */
  readonly wordStarts: Uint8Array;
}

const PUNCTUATION = new Set("!\"#$%&'()*+,-./:;?@[\\]^_`{|}~€£");
const CONTINUATION = /^[a-zA-Z!"#$%&'()*+,\-./:;?@[\\\]^_`{|}~€£]+$/;

/**
 * Whether a SentencePiece piece starts a word, for whole-word masking.
 *
 * A piece starts a word if it begins with `▁` or `<`, is a single punctuation mark, or contains a
 * character that is neither an English letter nor punctuation: digits and other characters are separate
 * words. Source: `_is_start_piece_sp` in google-research/albert `create_pretraining_data.py`; here the
 * apostrophe counts as punctuation, so that `'s` stays with its word.
 *
 * @param piece Text of the piece.
 */
export function isWordStart(piece: string): boolean {
  if (piece.startsWith("▁") || piece.startsWith("<") || PUNCTUATION.has(piece)) return true;
  return !CONTINUATION.test(piece);
}

/**
 * Whether a WordPiece piece (BERT's vocabularies) starts a word: all without `##` do.
 *
 * @param piece Text of the piece.
 */
export function isWordPieceStart(piece: string): boolean {
  return !piece.startsWith("##");
}

/**
 * Whether pieces are those of WordPiece, since one starts with `##` and none with `▁`.
 *
 * @param pieces Texts of the pieces.
 */
export function areWordPieces(pieces: readonly string[]): boolean {
  return pieces.some((piece) => piece.startsWith("##")) &&
    !pieces.some((piece) => piece.startsWith("▁"));
}

/**
 * Splits a piece into the space before it and its text without the marker `▁` or `##`.
 *
 * @param piece Text of the piece.
 * @param wordPiece Whether it is a piece of WordPiece.
 * @returns The space, which may be empty, and the text, which is empty for `▁` alone.
 */
export function spaceAndText(piece: string, wordPiece: boolean): [space: string, text: string] {
  if (wordPiece) return isWordPieceStart(piece) ? [" ", piece] : ["", piece.slice(2)];
  return piece.startsWith("▁") ? [" ", piece.slice(1)] : ["", piece];
}

/**
 * Marks the ids that start words.
 *
 * @param tokenizer The tokenizer.
 * @returns 1 or 0 for each id.
 */
export function wordStartTable(
  tokenizer: Pick<PieceTokenizer, "vocabularySize" | "idToPiece">,
): Uint8Array {
  const pieces = Array.from(
    { length: tokenizer.vocabularySize },
    (_, id) => tokenizer.idToPiece(id),
  );
  const wordPiece = areWordPieces(pieces);
  return Uint8Array.from(pieces, (p) => Number(wordPiece ? isWordPieceStart(p) : isWordStart(p)));
}

/**
 * Returns the vocabulary of a tokenizer for a folder of shards.
 *
 * @param tokenizer The tokenizer.
 */
export async function vocabularyFacts(
  tokenizer: Pick<PieceTokenizer, "vocabularySize" | "specialIds" | "idToPiece">,
): Promise<VocabularyFacts> {
  const { vocabularySize: size } = tokenizer;
  const { pad, unk, cls, sep, mask } = tokenizer.specialIds;
  const pieces = Array.from({ length: size }, (_, id) => tokenizer.idToPiece(id));
  const named = JSON.stringify([pad, unk, cls, sep, mask, pieces]);
  const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(named));
  return {
    size,
    fingerprint: hexOf(new Uint8Array(sum)),
    special: { pad, unk, cls, sep, mask },
    wordStarts: wordStartTable(tokenizer),
  };
}
