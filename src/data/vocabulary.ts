/**
 * What the data needs to know of a vocabulary: its size, its special ids, and where words start.
 *
 * @module
 */

import type { SpecialIds } from "../text/mod.ts";
import { hexOf } from "./hex.ts";

/** The part of a tokenizer that preparing data uses. */
export interface PieceTokenizer {
  /** How many ids there are. */
  readonly vocabularySize: number;
  /** The ids of the special pieces. */
  readonly specialIds: SpecialIds;
  /** Cuts a text into pieces, special pieces not added. */
  encodeIds(text: string): ArrayLike<number>;
  /** The text of a piece, with its word marker. */
  idToPiece(id: number): string;
}

/** What a folder of shards keeps of the vocabulary it was made with. */
export interface VocabularyFacts {
  /** How many ids there are. */
  readonly size: number;
  /** SHA-256 of the pieces and special ids: names what each id means. */
  readonly fingerprint: string;
  /** The ids of the special pieces. */
  readonly special: SpecialIds;
  /** For each id 1 where a word starts, 0 where the piece goes on with the word before it. */
  readonly wordStarts: Uint8Array;
}

const PUNCTUATION = new Set("!\"#$%&'()*+,-./:;?@[\\]^_`{|}~€£");
const GOES_ON_WITH_A_WORD = /^[a-zA-Z!"#$%&'()*+,\-./:;?@[\\\]^_`{|}~€£]+$/;

/**
 * Whether a word starts at a piece, for whole-word masking.
 *
 * A SentencePiece piece starts a word when it begins with `▁` or `<`, is a single punctuation mark,
 * or holds any character that is neither an English letter nor punctuation: digits and foreign
 * characters are words of their own. Source: `_is_start_piece_sp` in google-research/albert
 * `create_pretraining_data.py`; the apostrophe counts as punctuation here, so that `'s` stays with
 * its word.
 *
 * @param piece The piece's text.
 * @returns Whether a word starts here.
 */
export function isWordStart(piece: string): boolean {
  if (piece.startsWith("▁") || piece.startsWith("<") || PUNCTUATION.has(piece)) return true;
  return !GOES_ON_WITH_A_WORD.test(piece);
}

/**
 * Whether a word starts at a WordPiece piece (BERT's vocabularies): at all that lack `##`.
 *
 * @param piece The piece's text.
 * @returns Whether a word starts here.
 */
export function isWordPieceStart(piece: string): boolean {
  return !piece.startsWith("##");
}

/**
 * Marks the ids at which words start. The vocabulary is taken for WordPiece when any of its pieces
 * starts with `##` and none with `▁`.
 *
 * @param tokenizer Gives the pieces.
 * @returns A 1 or a 0 for each id.
 */
export function wordStartTable(
  tokenizer: Pick<PieceTokenizer, "vocabularySize" | "idToPiece">,
): Uint8Array {
  const pieces = Array.from(
    { length: tokenizer.vocabularySize },
    (_, id) => tokenizer.idToPiece(id),
  );
  const wordPiece = pieces.some((piece) => piece.startsWith("##")) &&
    !pieces.some((piece) => piece.startsWith("▁"));
  return Uint8Array.from(pieces, (p) => Number(wordPiece ? isWordPieceStart(p) : isWordStart(p)));
}

/**
 * What shards keep of a tokenizer's vocabulary.
 *
 * @param tokenizer The tokenizer.
 * @returns Its facts, the fingerprint computed.
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
