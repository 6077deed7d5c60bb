/**
 * Formats an example as readable text.
 *
 * @module
 */
import type { Example } from "./example.ts";
import { areWordPieces, type PieceTokenizer, spaceAndText } from "./vocabulary.ts";

/** The part of a tokenizer that formatting needs. */
export interface PieceNames {
  /** Returns the text of a piece. */
  idToPiece(id: number): string;
}

const COLOR = { first: 36, second: 33, masked: 31, kept: 32, random: 35, special: 90 } as const;

/**
 * Formats an example: its label, and its text with the tokens to predict. `{sat}` is replaced by the
 * mask token, `{sat=}` is unchanged, `{sat→dog}` is replaced at random.
 *
 * @param example The example.
 * @param names The pieces of the vocabulary, of SentencePiece or WordPiece.
 * @param color Whether to color segments and masks for a terminal.
 * @param maskId Id of the mask token.
 * @returns Lines of text.
 */
export function showExample(
  example: Example,
  names: Pick<PieceTokenizer, "vocabularySize" | "idToPiece">,
  maskId: number,
  color: boolean,
): string {
  const paint = (text: string, code: number): string =>
    color ? `\x1b[${code}m${text}\x1b[0m` : text;
  const labels = new Map<number, number>();
  example.maskedPositions.forEach((position, i) => labels.set(position, example.maskedLabels[i]));
  const wordPiece = isWordPiece(names);
  const spaced = (id: number) => spaceAndText(names.idToPiece(id), wordPiece);
  const firstEnd = example.tokenTypeIds.indexOf(1);
  const segments: string[] = ["", ""];
  for (let position = 1; position < example.length; position++) {
    const type = example.tokenTypeIds[position];
    if (position === example.length - 1 || position === firstEnd - 1) continue;
    const id = example.inputIds[position];
    const label = labels.get(position);
    const [space, piece] = spaced(label ?? id);
    // A lone word marker is shown only if it is to be predicted.
    const visible = piece === "" && label === undefined ? "" : piece || "▁";
    let shown = paint(visible, type === 0 ? COLOR.first : COLOR.second);
    if (label !== undefined && id === maskId) shown = paint(`{${visible}}`, COLOR.masked);
    else if (label !== undefined && id === label) shown = paint(`{${visible}=}`, COLOR.kept);
    else if (label !== undefined) {
      shown = paint(`{${visible}→${spaced(id)[1] || "▁"}}`, COLOR.random);
    }
    segments[type] += space + shown;
  }
  const order = ["in order", "swapped, or a random second segment"][example.pairLabel] ?? "no pair";
  const origin = example.trace === undefined
    ? ""
    : ` · epoch ${example.trace.epoch}, document ${example.trace.first.document}` +
      `, sentence ${example.trace.first.firstSentence}`;
  return [
    paint(
      `${example.length} tokens, ${labels.size} to predict · ${order}` +
        `${example.truncated ? " · truncated" : ""}${origin}`,
      COLOR.special,
    ),
    `A:${segments[0]}`,
    ...(segments[1] === "" ? [] : [`B:${segments[1]}`]),
  ].join("\n");
}

/** Whether a vocabulary is of WordPiece. It is kept because reading all pieces takes longer than formatting an example. */
const known = new WeakMap<object, boolean>();

function isWordPiece(names: Pick<PieceTokenizer, "vocabularySize" | "idToPiece">): boolean {
  const found = known.get(names) ??
    areWordPieces(Array.from({ length: names.vocabularySize }, (_, id) => names.idToPiece(id)));
  known.set(names, found);
  return found;
}
