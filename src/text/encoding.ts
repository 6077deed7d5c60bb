/**
 * What a tokenizer gives back, and how two texts are laid out for a model.
 *
 * @module
 */
import type { Segmentation } from "./segmenter.ts";

/** Which of two texts gives way when they are too long together. */
export type Truncation = "longest-first" | "only-first" | "only-second";

/** How {@link layOutPair} builds its sequence. */
export interface PairOptions {
  /** Longest sequence, `[CLS]` and `[SEP]` counted; no limit if absent. */
  maxLength?: number;
  /** What is cut when the limit is passed: its last pieces. `longest-first` if absent. */
  truncation?: Truncation;
  /** Fill up to `maxLength` with padding; false if absent. */
  pad?: boolean;
}

/** The ids that {@link layOutPair} puts around and behind the texts. */
export interface LayoutIds {
  /** `[CLS]` */
  cls: number;
  /** `[SEP]` */
  sep: number;
  /** `<pad>` */
  pad: number;
}

/** One or two texts as a model takes them: `[CLS] A [SEP]` or `[CLS] A [SEP] B [SEP]`. */
export interface PairEncoding {
  /** Piece ids. */
  ids: number[];
  /** 0 up to the first `[SEP]`, 1 after it, 0 for padding. */
  typeIds: number[];
  /** 1 for pieces, 0 for padding. */
  attentionMask: number[];
  /** Which text a piece is of: 0, 1, or null for special pieces and padding. */
  segments: (0 | 1 | null)[];
  /** Place of each piece in its own text, in UTF-16 units; `[0, 0]` where there is no text. */
  offsets: [number, number][];
}

/**
 * Lays out one text, or two, for a model.
 *
 * @param first The first text's pieces.
 * @param second The second's, if there is one.
 * @param ids Ids of the special pieces.
 * @param options Length limit, truncation, padding.
 * @returns The sequence with its masks.
 * @throws {RangeError} If `maxLength` is too small for the special pieces, or for the text that
 * may not be cut.
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

/** How many pieces of each text stay; ties of `longest-first` cut the second, as transformers. */
function truncatedLengths(
  first: number,
  second: number,
  room: number,
  truncation: Truncation,
): [number, number] {
  const excess = first + second - room;
  if (room < 0) throw new RangeError(`Cannot encode: maxLength leaves ${room} places for text`);
  if (excess <= 0) return [first, second];
  if (truncation === "longest-first") {
    for (let left = excess; left > 0; left--) first > second ? first-- : second--;
    return [first, second];
  }
  const cuttable = truncation === "only-first" ? first : second;
  if (cuttable < excess) {
    throw new RangeError(
      `Cannot encode: ${excess} pieces are too many, and the text that may be cut (${truncation}) has ${cuttable}`,
    );
  }
  return truncation === "only-first" ? [first - excess, second] : [first, second - excess];
}
