/**
 * Reads and writes SentencePiece's `spiece.model`, the protobuf message `ModelProto`.
 *
 * Unknown fields are kept as raw bytes, so a model that is read and written again has the same bytes.
 *
 * Source: google/sentencepiece, `src/sentencepiece_model.proto`.
 *
 * @module
 */
import { PbfReader, PbfWriter } from "pbf";
import { readMessage, writeMessage } from "./model_proto_message.ts";
import { NORMALIZER_SPEC_FIELDS, PIECE_FIELDS, TRAINER_SPEC_FIELDS } from "./model_proto_fields.ts";

/** Type of a piece (`ModelProto.SentencePiece.Type`). */
export const PieceType = {
  /** An ordinary piece. */
  normal: 1,
  /** The unknown piece; exactly one. */
  unknown: 2,
  /** A control symbol such as `[CLS]`, never found in text. */
  control: 3,
  /** A user-defined symbol, which the normalizer does not change. */
  userDefined: 4,
  /** A piece that is never used. */
  unused: 5,
  /** One byte of a character, for models with byte fallback. */
  byte: 6,
} as const;

/** A value of {@link PieceType}. */
export type PieceTypeValue = typeof PieceType[keyof typeof PieceType];

/** Type of a model (`TrainerSpec.ModelType`). */
export const ModelType = { unigram: 1, bpe: 2, word: 3, char: 4 } as const;

/** Unknown protobuf fields, kept for writing. */
export interface UnknownFields {
  /** Field number and complete bytes (tag included) of each field. */
  unknownFields?: { tag: number; bytes: Uint8Array }[];
}

/** A piece of the vocabulary. Its id is its index in {@link SentencePieceModel.pieces}. */
export interface SentencePiece extends UnknownFields {
  /** The text of the piece, with ▁ (U+2581) for a space. */
  piece: string;
  /** Log probability (a float32 value). */
  score: number;
  /** Type of the piece; `PieceType.normal` by default. */
  type: PieceTypeValue;
}

/** Normalization before segmentation (`NormalizerSpec`). */
export interface NormalizerSpec extends UnknownFields {
  /** Name of the rule, such as `nmt_nfkc`. */
  name?: string;
  /** Compiled rules: a double-array trie and the strings it points to. Empty for no rules. */
  precompiledCharsmap?: Uint8Array;
  /** Whether to add a space before the text; true by default. */
  addDummyPrefix?: boolean;
  /** Whether to remove leading, trailing and repeated spaces; true by default. */
  removeExtraWhitespaces?: boolean;
  /** Whether to write a space as ▁; true by default. */
  escapeWhitespaces?: boolean;
  /** Source of the rules, as tab-separated text. */
  normalizationRuleTsv?: string;
}

/** Training settings (`TrainerSpec`). Every field is optional, as in the file. */
export interface TrainerSpec extends UnknownFields {
  /** Names of the training files. */
  input?: string[];
  /** Prefix of the output files. */
  modelPrefix?: string;
  /** A value of {@link ModelType}; unigram by default. */
  modelType?: number;
  /** Requested number of pieces. */
  vocabSize?: number;
  /** Languages of the model. */
  acceptLanguage?: string[];
  /** Number of self-test samples. */
  selfTestSampleSize?: number;
  /** `text` or `tsv`. */
  inputFormat?: string;
  /** Fraction of the characters of the text that are in the vocabulary. */
  characterCoverage?: number;
  /** Number of sampled sentences; 0 for all. */
  inputSentenceSize?: number;
  /** Deprecated. */
  miningSentenceSize?: number;
  /** Deprecated. */
  trainingSentenceSize?: number;
  /** Number of seed pieces. */
  seedSentencepieceSize?: number;
  /** Fraction of the pieces that each pruning keeps. */
  shrinkingFactor?: number;
  /** Threads used in training. */
  numThreads?: number;
  /** EM steps between prunings. */
  numSubIterations?: number;
  /** Maximum length of a sentence in bytes; longer ones are skipped. */
  maxSentenceLength?: number;
  /** Whether sentences are shuffled. */
  shuffleInputSentence?: boolean;
  /** Maximum length of a piece, in characters. */
  maxSentencepieceLength?: number;
  /** Whether pieces are split at changes of script. */
  splitByUnicodeScript?: boolean;
  /** Whether pieces are split at spaces. */
  splitByWhitespace?: boolean;
  /** Whether pieces are split between digits and letters. */
  splitByNumber?: boolean;
  /** Whether ▁ is at the end of a word instead of its start. */
  treatWhitespaceAsSuffix?: boolean;
  /** Whether every digit is a separate piece. */
  splitDigits?: boolean;
  /** Whether pieces may consist of ▁ only. */
  allowWhitespaceOnlyPieces?: boolean;
  /** Symbols that are never found in text. */
  controlSymbols?: string[];
  /** Symbols that are always pieces. */
  userDefinedSymbols?: string[];
  /** Whether the `.vocab` file contains scores. */
  vocabularyOutputPieceScore?: boolean;
  /** Whether training fails if the vocabulary cannot have exactly the requested size. */
  hardVocabLimit?: boolean;
  /** Whether to use all words (model types word and char). */
  useAllVocab?: boolean;
  /** Whether unknown characters become bytes. */
  byteFallback?: boolean;
  /** Characters that are always in the vocabulary. */
  requiredChars?: string;
  /** Id of the unknown piece. */
  unkId?: number;
  /** Id of the begin symbol; -1 for none. */
  bosId?: number;
  /** Id of the end symbol; -1 for none. */
  eosId?: number;
  /** Id of the padding symbol; -1 for none. */
  padId?: number;
  /** Text of an unknown piece in decoding. */
  unkSurface?: string;
  /** Text of the unknown piece. */
  unkPiece?: string;
  /** Text of the begin symbol. */
  bosPiece?: string;
  /** Text of the end symbol. */
  eosPiece?: string;
  /** Text of the padding symbol. */
  padPiece?: string;
  /** Whether suffix arrays have 64 bits. */
  trainExtremelyLargeCorpus?: boolean;
  /** Whether differential privacy is enabled. */
  enableDifferentialPrivacy?: boolean;
  /** Noise level of differential privacy. */
  differentialPrivacyNoiseLevel?: number;
  /** Clipping threshold of differential privacy. */
  differentialPrivacyClippingThreshold?: number;
  /** A text at which pieces are split. */
  pretokenizationDelimiter?: string;
  /** File of seed pieces. */
  seedSentencepiecesFile?: string;
}

/** A SentencePiece model. */
export interface SentencePieceModel extends UnknownFields {
  /** The vocabulary, by id. */
  pieces: SentencePiece[];
  /** Training settings. */
  trainerSpec: TrainerSpec;
  /** Normalization. */
  normalizerSpec: NormalizerSpec;
}

const PIECES = 1, TRAINER_SPEC = 2, NORMALIZER_SPEC = 3;
const WIRE_BYTES = 2;

/**
 * Reads a `spiece.model`.
 *
 * @param bytes The whole file.
 * @param source Name of the file for error messages.
 * @returns The model. It may share memory with `bytes` (charsmap, unknown fields).
 * @throws {SyntaxError} If the file is not a SentencePiece model, or is truncated.
 */
export function readSentencePieceModel(
  bytes: Uint8Array,
  source = "SentencePiece model",
): SentencePieceModel {
  const model: SentencePieceModel = { pieces: [], trainerSpec: {}, normalizerSpec: {} };
  let hasNormalizerSpec = false;
  try {
    const pbf = new PbfReader(bytes);
    readMessage(pbf, bytes.length, [], model, (tag, wire, end) => {
      if (wire !== WIRE_BYTES) return false;
      if (tag === PIECES) {
        const piece = { piece: "", score: 0, type: PieceType.normal };
        readMessage(pbf, end, PIECE_FIELDS, piece);
        model.pieces.push(piece);
      } else if (tag === TRAINER_SPEC) {
        readMessage(pbf, end, TRAINER_SPEC_FIELDS, model.trainerSpec);
      } else if (tag === NORMALIZER_SPEC) {
        hasNormalizerSpec = true;
        readMessage(
          pbf,
          end,
          NORMALIZER_SPEC_FIELDS,
          model.normalizerSpec,
        );
      } else return false;
      return true;
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(
      `Cannot read ${source}: it is not a SentencePiece model, or it is truncated (${reason})`,
      { cause },
    );
  }
  // SentencePiece always writes both, the normalizer last, so a file truncated between two fields is detected.
  const missing = model.pieces.length === 0 ? "pieces" : hasNormalizerSpec ? "" : "normalizer_spec";
  if (missing) {
    throw new SyntaxError(
      `Cannot read ${source}: it has no ${missing}, so it is not a SentencePiece model, or it is truncated`,
    );
  }
  return model;
}

/**
 * Serializes a model as a `spiece.model`, which Google's SentencePiece loads.
 *
 * @param model The model.
 * @returns The protobuf bytes, with fields in ascending order of their numbers.
 */
export function writeSentencePieceModel(model: SentencePieceModel): Uint8Array {
  const pbf = new PbfWriter();
  for (const piece of model.pieces) {
    // SentencePiece omits the type of ordinary pieces, the field's default.
    const type = piece.type === PieceType.normal ? undefined : piece.type;
    pbf.writeMessage(
      PIECES,
      (value, writer) => writeMessage(writer, PIECE_FIELDS, value),
      { ...piece, type },
    );
  }
  pbf.writeMessage(
    TRAINER_SPEC,
    (value, writer) => writeMessage(writer, TRAINER_SPEC_FIELDS, value),
    model.trainerSpec,
  );
  pbf.writeMessage(
    NORMALIZER_SPEC,
    (value, writer) => writeMessage(writer, NORMALIZER_SPEC_FIELDS, value),
    model.normalizerSpec,
  );
  writeMessage(pbf, [], { unknownFields: model.unknownFields });
  return pbf.finish().slice();
}
