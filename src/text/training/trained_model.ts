import {
  ModelType,
  PieceType,
  type PieceTypeValue,
  type SentencePieceModel,
} from "../sentencepiece_model.ts";
import type { CompleteTrainingOptions } from "./options.ts";
import type { PieceKind, TrainedPiece } from "./special_pieces.ts";

const PIECE_TYPES: Readonly<Record<PieceKind, PieceTypeValue>> = {
  normal: PieceType.normal,
  unknown: PieceType.unknown,
  control: PieceType.control,
  "user-defined": PieceType.userDefined,
};

/**
 * Returns the model of a trained vocabulary.
 *
 * Its normalizer is `identity` (with a dummy prefix and collapsed spaces), because ALBERT's cleaning
 * decomposes, lower-cases and removes accents before training and before encoding.
 *
 * @param pieces The vocabulary in the order of its ids.
 * @param settings Training settings to store in the file.
 */
export function trainedModel(
  pieces: readonly TrainedPiece[],
  settings: CompleteTrainingOptions,
): SentencePieceModel {
  const textOf = (kind: PieceKind, from: number): string[] =>
    pieces.filter((entry, id) => entry.kind === kind && id >= from).map(({ piece }) => piece);
  const padId = pieces.findIndex(({ kind }) => kind === "control");
  return {
    pieces: pieces.map(({ piece, score, kind }) => ({ piece, score, type: PIECE_TYPES[kind] })),
    trainerSpec: {
      modelType: ModelType.unigram,
      vocabSize: pieces.length,
      characterCoverage: settings.characterCoverage,
      seedSentencepieceSize: settings.seedSentencepieceSize,
      shrinkingFactor: settings.shrinkingFactor,
      numSubIterations: settings.numSubIterations,
      maxSentencepieceLength: settings.maxSentencepieceLength,
      splitByUnicodeScript: settings.splitByUnicodeScript,
      splitByNumber: settings.splitByNumber,
      splitByWhitespace: true,
      ...settings.hardVocabLimit ? {} : { hardVocabLimit: false },
      // The padding piece is set by its id below; SentencePiece lists only the others.
      controlSymbols: textOf("control", padId + 1),
      userDefinedSymbols: textOf("user-defined", 0),
      unkId: pieces.findIndex(({ kind }) => kind === "unknown"),
      bosId: -1,
      eosId: -1,
      padId,
    },
    normalizerSpec: {
      name: settings.normalization.name,
      precompiledCharsmap: settings.normalization.charsmap,
      addDummyPrefix: true,
      removeExtraWhitespaces: true,
      escapeWhitespaces: true,
    },
  };
}

/**
 * Returns the text of `spiece.vocab`: for every id a line with its piece, a tab and its score with six
 * significant digits, as `spm_train` writes it.
 */
export function vocabularyListing(pieces: readonly { piece: string; score: number }[]): string {
  return pieces.map(({ piece, score }) => `${piece}\t${Number(score.toPrecision(6))}\n`).join("");
}
