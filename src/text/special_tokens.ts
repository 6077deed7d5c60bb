/**
 * Special pieces, and text that contains them.
 *
 * @module
 */
import type { Segmentation, Segmenter } from "./segmenter.ts";

/** Texts of the special pieces. */
export interface SpecialTokens {
  /** Padding. */
  readonly pad: string;
  /** Unknown text. */
  readonly unk: string;
  /** Start of a sequence. */
  readonly cls: string;
  /** End of a text. */
  readonly sep: string;
  /** A masked piece. */
  readonly mask: string;
}

/** Ids of the special pieces. */
export type SpecialIds = { readonly [name in keyof SpecialTokens]: number };

/** Special pieces of ALBERT's SentencePiece vocabularies. */
export const ALBERT_SPECIAL_TOKENS: SpecialTokens = {
  pad: "<pad>",
  unk: "<unk>",
  cls: "[CLS]",
  sep: "[SEP]",
  mask: "[MASK]",
};

/** Special pieces of BERT's WordPiece vocabularies. */
export const BERT_SPECIAL_TOKENS: SpecialTokens = {
  pad: "[PAD]",
  unk: "[UNK]",
  cls: "[CLS]",
  sep: "[SEP]",
  mask: "[MASK]",
};

/**
 * Finds the ids of the special pieces.
 *
 * @throws {TypeError} If the vocabulary does not contain one of them.
 */
export function findSpecialIds(segmenter: Segmenter, tokens: SpecialTokens): SpecialIds {
  const find = (piece: string) => {
    const id = segmenter.pieceToId(piece);
    if (id === undefined) {
      throw new TypeError(
        `Cannot use the vocabulary for a model: it has no piece ${piece} (train it with control symbols [CLS], [SEP], [MASK])`,
      );
    }
    return id;
  };
  return {
    pad: find(tokens.pad),
    unk: segmenter.unknownId,
    cls: find(tokens.cls),
    sep: find(tokens.sep),
    mask: find(tokens.mask),
  };
}

/**
 * Segments text that contains special pieces, as in "The [MASK] sat."
 *
 * The parts between special pieces are segmented separately. If a part follows a special piece
 * without white space, a lone ▁ at its start is removed: "[MASK]." is the mask and a period.
 *
 * @param segmenter Segments the parts.
 * @param tokens The special pieces to look for.
 * @param text Any text.
 * @returns Pieces, with offsets in the whole text.
 */
export function segmentWithSpecialTokens(
  segmenter: Segmenter,
  tokens: SpecialTokens,
  text: string,
): Segmentation {
  const ids: number[] = [], pieces: string[] = [], offsets: [number, number][] = [];
  const names = Object.values(tokens).map((token) => token.replace(/[[\]]/g, "\\$&"));
  let position = 0;
  const addPart = (end: number) => {
    const part = segmenter.segment(text.slice(position, end));
    const attached = position > 0 && !/^\s/.test(text.slice(position, end));
    for (let i = 0; i < part.ids.length; i++) {
      if (i === 0 && attached && part.tokens[0] === "▁") continue;
      ids.push(part.ids[i]);
      pieces.push(part.tokens[i]);
      offsets.push([part.offsets[i][0] + position, part.offsets[i][1] + position]);
    }
  };
  for (const match of text.matchAll(new RegExp(names.join("|"), "g"))) {
    const id = segmenter.pieceToId(match[0]);
    if (id === undefined) continue;
    addPart(match.index);
    position = match.index + match[0].length;
    ids.push(id);
    pieces.push(match[0]);
    offsets.push([match.index, position]);
  }
  addPart(text.length);
  return { ids: Int32Array.from(ids), tokens: pieces, offsets };
}
