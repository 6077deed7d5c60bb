/**
 * SentencePiece's `spiece.model`: the protobuf `ModelProto`, read and written.
 *
 * Fields this module does not know are kept as raw bytes and written back, so reading a model
 * and writing it again gives the same bytes.
 *
 * Source: google/sentencepiece, `src/sentencepiece_model.proto`.
 *
 * @module
 */
import { PbfReader, PbfWriter } from "pbf";
import { readMessage, writeMessage } from "./model_proto_message.ts";
import { NORMALIZER_SPEC_FIELDS, PIECE_FIELDS, TRAINER_SPEC_FIELDS } from "./model_proto_fields.ts";

/** What a piece of the vocabulary is (`ModelProto.SentencePiece.Type`). */
export const PieceType = {
  /** An ordinary piece, found by the segmentation. */
  normal: 1,
  /** The unknown piece; exactly one. */
  unknown: 2,
  /** A control symbol such as `[CLS]`, never found in text. */
  control: 3,
  /** A symbol the user asked for, which the normalizer leaves alone. */
  userDefined: 4,
  /** A piece that is never used. */
  unused: 5,
  /** One byte of a character, for models with byte fallback. */
  byte: 6,
} as const;

/** A value of {@link PieceType}. */
export type PieceTypeValue = typeof PieceType[keyof typeof PieceType];

/** How a model was trained to segment (`TrainerSpec.ModelType`). */
export const ModelType = { unigram: 1, bpe: 2, word: 3, char: 4 } as const;

/** Raw protobuf fields nobody here knows the meaning of, kept for writing. */
export interface UnknownFields {
  /** Field number and complete bytes (tag included) of each field. */
  unknownFields?: { tag: number; bytes: Uint8Array }[];
}

/** One entry of the vocabulary. Its id is its index in {@link SentencePieceModel.pieces}. */
export interface SentencePiece extends UnknownFields {
  /** The text of the piece, with ▁ (U+2581) for a space. */
  piece: string;
  /** Log probability (a float32 value). */
  score: number;
  /** What kind of piece it is; `PieceType.normal` if the file does not say. */
  type: PieceTypeValue;
}

/** How text is normalized before segmentation (`NormalizerSpec`). */
export interface NormalizerSpec extends UnknownFields {
  /** Name of the rule, such as `nmt_nfkc`. */
  name?: string;
  /** The compiled rule: a double-array trie and the strings it points to. Empty: no rule. */
  precompiledCharsmap?: Uint8Array;
  /** Put a space before the text; true if absent. */
  addDummyPrefix?: boolean;
  /** Drop leading and trailing spaces and fold runs of them; true if absent. */
  removeExtraWhitespaces?: boolean;
  /** Write a space as ▁; true if absent. */
  escapeWhitespaces?: boolean;
  /** The rule's source, as tab separated text. */
  normalizationRuleTsv?: string;
}

/** How the model was trained (`TrainerSpec`); every field is optional, as in the file. */
export interface TrainerSpec extends UnknownFields {
  /** Names of the training files. */
  input?: string[];
  /** Prefix of the files that training wrote. */
  modelPrefix?: string;
  /** A value of {@link ModelType}; unigram if absent. */
  modelType?: number;
  /** Number of pieces asked for. */
  vocabSize?: number;
  /** Languages the model is for. */
  acceptLanguage?: string[];
  /** Number of self-test samples. */
  selfTestSampleSize?: number;
  /** `text` or `tsv`. */
  inputFormat?: string;
  /** Share of characters that get a piece of their own. */
  characterCoverage?: number;
  /** How many sentences were sampled; 0 for all. */
  inputSentenceSize?: number;
  /** Deprecated. */
  miningSentenceSize?: number;
  /** Deprecated. */
  trainingSentenceSize?: number;
  /** Number of seed pieces. */
  seedSentencepieceSize?: number;
  /** Share of pieces kept at each pruning. */
  shrinkingFactor?: number;
  /** Threads used in training. */
  numThreads?: number;
  /** EM steps between prunings. */
  numSubIterations?: number;
  /** Sentences longer than this many bytes were left out. */
  maxSentenceLength?: number;
  /** Whether sentences were shuffled. */
  shuffleInputSentence?: boolean;
  /** Longest piece, in characters. */
  maxSentencepieceLength?: number;
  /** Never join two scripts in a piece. */
  splitByUnicodeScript?: boolean;
  /** Never put a space inside a piece. */
  splitByWhitespace?: boolean;
  /** Never join digits and letters. */
  splitByNumber?: boolean;
  /** Attach ▁ to the end of a word instead of its start. */
  treatWhitespaceAsSuffix?: boolean;
  /** Every digit is a piece of its own. */
  splitDigits?: boolean;
  /** Allow pieces made of ▁ only. */
  allowWhitespaceOnlyPieces?: boolean;
  /** Symbols with an id that text never gives. */
  controlSymbols?: string[];
  /** Symbols that are always pieces. */
  userDefinedSymbols?: string[];
  /** Write scores into the `.vocab` file. */
  vocabularyOutputPieceScore?: boolean;
  /** Fail when the vocabulary cannot have exactly the size asked for. */
  hardVocabLimit?: boolean;
  /** Use all words (model types word and char). */
  useAllVocab?: boolean;
  /** Spell unknown characters as bytes. */
  byteFallback?: boolean;
  /** Characters that always get a piece. */
  requiredChars?: string;
  /** Id of the unknown piece. */
  unkId?: number;
  /** Id of the begin symbol; -1 for none. */
  bosId?: number;
  /** Id of the end symbol; -1 for none. */
  eosId?: number;
  /** Id of the padding symbol; -1 for none. */
  padId?: number;
  /** What decoding writes for an unknown piece. */
  unkSurface?: string;
  /** Text of the unknown piece. */
  unkPiece?: string;
  /** Text of the begin symbol. */
  bosPiece?: string;
  /** Text of the end symbol. */
  eosPiece?: string;
  /** Text of the padding symbol. */
  padPiece?: string;
  /** Use 64-bit suffix arrays. */
  trainExtremelyLargeCorpus?: boolean;
  /** Differential privacy on or off. */
  enableDifferentialPrivacy?: boolean;
  /** Noise of differential privacy. */
  differentialPrivacyNoiseLevel?: number;
  /** Clipping of differential privacy. */
  differentialPrivacyClippingThreshold?: number;
  /** A text that must not be crossed by pieces. */
  pretokenizationDelimiter?: string;
  /** File of seed pieces. */
  seedSentencepiecesFile?: string;
}

/** A whole SentencePiece model. */
export interface SentencePieceModel extends UnknownFields {
  /** The vocabulary in order of id. */
  pieces: SentencePiece[];
  /** How it was trained. */
  trainerSpec: TrainerSpec;
  /** How text is normalized. */
  normalizerSpec: NormalizerSpec;
}

const PIECES = 1, TRAINER_SPEC = 2, NORMALIZER_SPEC = 3;
const WIRE_BYTES = 2;

/**
 * Reads a `spiece.model`.
 *
 * @param bytes The whole file.
 * @param source Name of the file for error messages.
 * @returns The model; `bytes` may be shared with it (charsmap, unknown fields).
 * @throws {SyntaxError} If the bytes are no SentencePiece model, or are cut short.
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
      `Cannot read ${source}: it is not a SentencePiece model, or it is cut short (${reason})`,
      { cause },
    );
  }
  // SentencePiece always writes both, the normalizer last: a cut between two fields shows here.
  const missing = model.pieces.length === 0 ? "pieces" : hasNormalizerSpec ? "" : "normalizer_spec";
  if (missing) {
    throw new SyntaxError(
      `Cannot read ${source}: it has no ${missing}, so it is not a SentencePiece model, or it is cut short`,
    );
  }
  return model;
}

/**
 * Writes a model as `spiece.model` bytes, which Google's SentencePiece opens.
 *
 * @param model The model.
 * @returns The protobuf bytes; fields come in ascending order of their numbers.
 */
export function writeSentencePieceModel(model: SentencePieceModel): Uint8Array {
  const pbf = new PbfWriter();
  for (const piece of model.pieces) {
    // SentencePiece leaves out the type of ordinary pieces, the default of the field.
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
