import { PieceType, type SentencePieceModel } from "../../../src/text/mod.ts";

/** A model of a few pieces, for cases that are worked out by hand. */
export function smallModel(
  pieces: Record<string, number>,
  userDefined: readonly string[] = [],
): SentencePieceModel {
  return {
    pieces: [
      { piece: "<pad>", score: 0, type: PieceType.control },
      { piece: "<unk>", score: 0, type: PieceType.unknown },
      { piece: "[CLS]", score: 0, type: PieceType.control },
      { piece: "[SEP]", score: 0, type: PieceType.control },
      { piece: "[MASK]", score: 0, type: PieceType.control },
      ...userDefined.map((piece) => ({ piece, score: 0, type: PieceType.userDefined })),
      ...Object.entries(pieces).map(([piece, score]) => ({
        piece,
        score: Math.fround(score),
        type: PieceType.normal,
      })),
    ],
    trainerSpec: { modelType: 1 },
    normalizerSpec: { name: "identity" },
  };
}
