/**
 * Special pieces, and text that contains them.
 *
 * @module
 */
import type { TokenFinder } from "./pipeline/added_tokens.ts";
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
 * Segments text that contains special tokens, as in "The [MASK] sat."
 *
 * The parts between special tokens are segmented separately, as in Hugging Face's `tokenizers`: each
 * part has its own prefix ▁.
 *
 * @param segmenter Segments the parts.
 * @param finder Finds the special tokens.
 * @param text Any text.
 * @returns Pieces, with offsets in the whole text.
 */
export function segmentWithSpecialTokens(
  segmenter: Segmenter,
  finder: TokenFinder,
  text: string,
): Segmentation {
  const stretches = finder.find(text);
  if (stretches.every(({ token }) => token === undefined)) return segmenter.segment(text);
  const ids: number[] = [], tokens: string[] = [], offsets: [number, number][] = [];
  for (const { from, to, token } of stretches) {
    if (token !== undefined) {
      ids.push(token.id);
      tokens.push(token.content);
      offsets.push([from, to]);
      continue;
    }
    const part = segmenter.segment(text.slice(from, to));
    for (let i = 0; i < part.ids.length; i++) {
      ids.push(part.ids[i]);
      tokens.push(part.tokens[i]);
      offsets.push([part.offsets[i][0] + from, part.offsets[i][1] + from]);
    }
  }
  return { ids: Int32Array.from(ids), tokens, offsets };
}
