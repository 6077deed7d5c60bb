/**
 * The input sequence of a model for one or two texts.
 *
 * @module
 */
import type { Segmentation } from "./segmenter.ts";

/** Which of two texts is truncated. */
export type Truncation = "longest-first" | "only-first" | "only-second";

/** Options of {@link layOutPair}. */
export interface PairOptions {
  /** Maximum length with `[CLS]` and `[SEP]`; unlimited by default. */
  maxLength?: number;
  /** Which text loses its last pieces if the sequence is too long; `longest-first` by default. */
  truncation?: Truncation;
  /** Whether to pad to `maxLength`; false by default. */
  pad?: boolean;
}

/** Ids of the special pieces that {@link layOutPair} inserts. */
export interface LayoutIds {
  /** `[CLS]` */
  cls: number;
  /** `[SEP]` */
  sep: number;
  /** `<pad>` */
  pad: number;
}

/** The sequence `[CLS] A [SEP]` or `[CLS] A [SEP] B [SEP]`. */
export interface PairEncoding {
  /** Piece ids. */
  ids: number[];
  /** 0 up to the first `[SEP]`, 1 after it, 0 for padding. */
  typeIds: number[];
  /** 1 for pieces, 0 for padding. */
  attentionMask: number[];
  /** Index of each piece's text, 0 or 1; null for special pieces and padding. */
  segments: (0 | 1 | null)[];
  /** `[start, end)` of each piece in its text, in UTF-16 units; `[0, 0]` for special pieces. */
  offsets: [number, number][];
}

/**
 * Builds the sequence for one or two texts.
 *
 * @param first The first text's pieces.
 * @param second The second's, if there is one.
 * @param ids Ids of the special pieces.
 * @param options Length limit, truncation, padding.
 * @returns The sequence with its masks.
 * @throws {RangeError} If `maxLength` is too small for the special pieces, or for the text that must
 * not be truncated.
 */
export function layOutPair(
  first: Segmentation,
  second: Segmentation | undefined,
  ids: LayoutIds,
  options: PairOptions = {},
): PairEncoding {
  const limit = options.maxLength ?? Infinity;
  const specials = second ? 3 : 2;
  const [firstLength, secondLength] = truncatedLengths(
    first.ids.length,
    second?.ids.length ?? 0,
    limit - specials,
    second ? options.truncation ?? "longest-first" : "only-first",
  );
  const result: PairEncoding = {
    ids: [],
    typeIds: [],
    attentionMask: [],
    segments: [],
    offsets: [],
  };
  const push = (id: number, typeId: number, segment: 0 | 1 | null, offset: [number, number]) => {
    result.ids.push(id);
    result.typeIds.push(typeId);
    result.attentionMask.push(1);
    result.segments.push(segment);
    result.offsets.push(offset);
  };
  push(ids.cls, 0, null, [0, 0]);
  for (let i = 0; i < firstLength; i++) push(first.ids[i], 0, 0, first.offsets[i]);
  push(ids.sep, 0, null, [0, 0]);
  if (second) {
    for (let i = 0; i < secondLength; i++) push(second.ids[i], 1, 1, second.offsets[i]);
    push(ids.sep, 1, null, [0, 0]);
  }
  if (options.pad && Number.isFinite(limit)) {
    while (result.ids.length < limit) {
      push(ids.pad, 0, null, [0, 0]);
      result.attentionMask[result.ids.length - 1] = 0;
    }
  }
  return result;
}

/** Number of pieces of each text to keep. Ties of `longest-first` truncate the second text, as in transformers. */
function truncatedLengths(
  first: number,
  second: number,
  room: number,
  truncation: Truncation,
): [number, number] {
  const excess = first + second - room;
  if (room < 0) {
    throw new RangeError(`Cannot encode: maxLength leaves room for ${room} pieces of text`);
  }
  if (excess <= 0) return [first, second];
  if (truncation === "longest-first") {
    for (let left = excess; left > 0; left--) first > second ? first-- : second--;
    return [first, second];
  }
  const cuttable = truncation === "only-first" ? first : second;
  if (cuttable < excess) {
    throw new RangeError(
      `Cannot encode: ${excess} pieces must be removed, but the text to truncate (${truncation}) has ${cuttable}`,
    );
  }
  return truncation === "only-first" ? [first - excess, second] : [first, second - excess];
}
