/** Type of a piece (`ModelProto.SentencePiece.Type`). */
export type PieceKind = "normal" | "unknown" | "control" | "user-defined";

/** An entry of the final vocabulary; its index is its id. */
export interface TrainedPiece {
  /** The text of the piece; `▁` stands for the white space before a word. */
  readonly piece: string;
  /** Natural logarithm of its probability, rounded to float32; 0 for special pieces. */
  readonly score: number;
  /** Type of the piece. */
  readonly kind: PieceKind;
}

/** The pieces with fixed ids 0 to 4 of every ALBERT vocabulary. */
const ALBERT_RESERVED_PIECES: readonly TrainedPiece[] = [
  { piece: "<pad>", score: 0, kind: "control" },
  { piece: "<unk>", score: 0, kind: "unknown" },
  { piece: "[CLS]", score: 0, kind: "control" },
  { piece: "[SEP]", score: 0, kind: "control" },
  { piece: "[MASK]", score: 0, kind: "control" },
];

/**
 * The special pieces in the order of their ids: ALBERT's five, then the user-defined symbols.
 *
 * @throws {TypeError} If a user-defined symbol is one of ALBERT's five.
 */
export function specialPieces(userDefinedSymbols: readonly string[]): TrainedPiece[] {
  for (const { piece } of ALBERT_RESERVED_PIECES) {
    if (userDefinedSymbols.includes(piece)) {
      throw new TypeError(
        `${piece} is always in the vocabulary; remove it from the user-defined symbols`,
      );
    }
  }
  return [
    ...ALBERT_RESERVED_PIECES,
    ...userDefinedSymbols.map((piece): TrainedPiece => ({
      piece,
      score: 0,
      kind: "user-defined",
    })),
  ];
}
