/**
 * The fields of SentencePiece's ModelProto. Reading and writing use the same table per message.
 *
 * Source: google/sentencepiece, `src/sentencepiece_model.proto` (proto2).
 *
 * @module
 */

/** How one protobuf field is stored. */
export type FieldKind = "string" | "bytes" | "float" | "int" | "bool";

/** A protobuf field. */
export interface FieldDescription {
  /** Field number in the `.proto` file. */
  readonly tag: number;
  /** Property name on the TypeScript side. */
  readonly name: string;
  /** Wire representation. */
  readonly kind: FieldKind;
  /** True for a `repeated` field, whose value is an array. */
  readonly repeated?: true;
}

/** `TrainerSpec`, in ascending order of field number. */
export const TRAINER_SPEC_FIELDS: readonly FieldDescription[] = [
  { tag: 1, name: "input", kind: "string", repeated: true },
  { tag: 2, name: "modelPrefix", kind: "string" },
  { tag: 3, name: "modelType", kind: "int" },
  { tag: 4, name: "vocabSize", kind: "int" },
  { tag: 5, name: "acceptLanguage", kind: "string", repeated: true },
  { tag: 6, name: "selfTestSampleSize", kind: "int" },
  { tag: 7, name: "inputFormat", kind: "string" },
  { tag: 10, name: "characterCoverage", kind: "float" },
  { tag: 11, name: "inputSentenceSize", kind: "int" },
  { tag: 12, name: "miningSentenceSize", kind: "int" },
  { tag: 13, name: "trainingSentenceSize", kind: "int" },
  { tag: 14, name: "seedSentencepieceSize", kind: "int" },
  { tag: 15, name: "shrinkingFactor", kind: "float" },
  { tag: 16, name: "numThreads", kind: "int" },
  { tag: 17, name: "numSubIterations", kind: "int" },
  { tag: 18, name: "maxSentenceLength", kind: "int" },
  { tag: 19, name: "shuffleInputSentence", kind: "bool" },
  { tag: 20, name: "maxSentencepieceLength", kind: "int" },
  { tag: 21, name: "splitByUnicodeScript", kind: "bool" },
  { tag: 22, name: "splitByWhitespace", kind: "bool" },
  { tag: 23, name: "splitByNumber", kind: "bool" },
  { tag: 24, name: "treatWhitespaceAsSuffix", kind: "bool" },
  { tag: 25, name: "splitDigits", kind: "bool" },
  { tag: 26, name: "allowWhitespaceOnlyPieces", kind: "bool" },
  { tag: 30, name: "controlSymbols", kind: "string", repeated: true },
  { tag: 31, name: "userDefinedSymbols", kind: "string", repeated: true },
  { tag: 32, name: "vocabularyOutputPieceScore", kind: "bool" },
  { tag: 33, name: "hardVocabLimit", kind: "bool" },
  { tag: 34, name: "useAllVocab", kind: "bool" },
  { tag: 35, name: "byteFallback", kind: "bool" },
  { tag: 36, name: "requiredChars", kind: "string" },
  { tag: 40, name: "unkId", kind: "int" },
  { tag: 41, name: "bosId", kind: "int" },
  { tag: 42, name: "eosId", kind: "int" },
  { tag: 43, name: "padId", kind: "int" },
  { tag: 44, name: "unkSurface", kind: "string" },
  { tag: 45, name: "unkPiece", kind: "string" },
  { tag: 46, name: "bosPiece", kind: "string" },
  { tag: 47, name: "eosPiece", kind: "string" },
  { tag: 48, name: "padPiece", kind: "string" },
  { tag: 49, name: "trainExtremelyLargeCorpus", kind: "bool" },
  { tag: 50, name: "enableDifferentialPrivacy", kind: "bool" },
  { tag: 51, name: "differentialPrivacyNoiseLevel", kind: "float" },
  { tag: 52, name: "differentialPrivacyClippingThreshold", kind: "int" },
  { tag: 53, name: "pretokenizationDelimiter", kind: "string" },
  { tag: 54, name: "seedSentencepiecesFile", kind: "string" },
];

/** `NormalizerSpec`, in ascending order of field number. */
export const NORMALIZER_SPEC_FIELDS: readonly FieldDescription[] = [
  { tag: 1, name: "name", kind: "string" },
  { tag: 2, name: "precompiledCharsmap", kind: "bytes" },
  { tag: 3, name: "addDummyPrefix", kind: "bool" },
  { tag: 4, name: "removeExtraWhitespaces", kind: "bool" },
  { tag: 5, name: "escapeWhitespaces", kind: "bool" },
  { tag: 6, name: "normalizationRuleTsv", kind: "string" },
];

/** `ModelProto.SentencePiece`, in ascending order of field number. */
export const PIECE_FIELDS: readonly FieldDescription[] = [
  { tag: 1, name: "piece", kind: "string" },
  { tag: 2, name: "score", kind: "float" },
  { tag: 3, name: "type", kind: "int" },
];
