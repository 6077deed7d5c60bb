/**
 * The pieces that are no text, and text that names them.
 *
 * @module
 */
import type { Segmentation, Segmenter } from "./segmenter.ts";

/** The special pieces by what they are for. */
export interface SpecialTokens {
  /** Fills sequences up. */
  readonly pad: string;
  /** Stands for everything unknown. */
  readonly unk: string;
  /** Begins a sequence. */
  readonly cls: string;
  /** Ends a text. */
  readonly sep: string;
  /** Hides a piece. */
  readonly mask: string;
}

/** The ids of the special pieces. */
export type SpecialIds = { readonly [name in keyof SpecialTokens]: number };

/** Names in ALBERT's SentencePiece vocabularies. */
export const ALBERT_SPECIAL_TOKENS: SpecialTokens = {
  pad: "<pad>",
  unk: "<unk>",
  cls: "[CLS]",
  sep: "[SEP]",
  mask: "[MASK]",
};

/** Names in BERT's WordPiece vocabularies. */
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
 * @throws {TypeError} If the vocabulary lacks one.
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
 * Segments text in which special pieces are written out, as in "The [MASK] sat."
 *
 * The stretches between them are segmented one by one. Where a stretch goes on right behind a
 * special piece, the ▁ that SentencePiece puts before every text is left out if it stands alone:
 * "[MASK]." is the mask and a full stop.
 *
 * @param segmenter Cuts the stretches.
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
  const stretch = (end: number) => {
    const part = segmenter.segment(text.slice(position, end));
    const glued = position > 0 && !/^\s/.test(text.slice(position, end));
    for (let i = 0; i < part.ids.length; i++) {
      if (i === 0 && glued && part.tokens[0] === "▁") continue;
      ids.push(part.ids[i]);
      pieces.push(part.tokens[i]);
      offsets.push([part.offsets[i][0] + position, part.offsets[i][1] + position]);
    }
  };
  for (const match of text.matchAll(new RegExp(names.join("|"), "g"))) {
    const id = segmenter.pieceToId(match[0]);
    if (id === undefined) continue;
    stretch(match.index);
    position = match.index + match[0].length;
    ids.push(id);
    pieces.push(match[0]);
    offsets.push([match.index, position]);
  }
  stretch(text.length);
  return { ids: Int32Array.from(ids), tokens: pieces, offsets };
}
