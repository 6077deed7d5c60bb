import { ALBERT_CLEANING, AlbertCleaner, type CleaningOptions } from "../albert_cleaning.ts";
import { specialPieces } from "./special_pieces.ts";

/** Settings of vocabulary training, with the names of `spm_train`. */
export interface VocabularyTrainingOptions {
  /** Number of pieces in the vocabulary, with special pieces. */
  readonly vocabSize: number;
  /**
   * Fraction of the text's characters that must be in the vocabulary; the rarest others become
   * unknown. Default: 0.99995, as for ALBERT's vocabulary.
   */
  readonly characterCoverage?: number;
  /** Symbols that are always pieces. Default: {@linkcode ALBERT_USER_DEFINED_SYMBOLS}. */
  readonly userDefinedSymbols?: readonly string[];
  /** Maximum length of a cleaned sentence in bytes of UTF-8; longer ones are skipped. Default: Infinity. */
  readonly maxSentenceLength?: number;
  /** Number of frequent substrings to start from. Default: 1,000,000. */
  readonly seedSentencepieceSize?: number;
  /** Maximum number of characters of a piece. Default: 16. */
  readonly maxSentencepieceLength?: number;
  /** Fraction of the pieces that each pruning keeps. Default: 0.75. */
  readonly shrinkingFactor?: number;
  /** Number of EM steps between two prunings. Default: 2. */
  readonly numSubIterations?: number;
  /** Whether pieces are split at changes of Unicode script. Default: true. */
  readonly splitByUnicodeScript?: boolean;
  /** Whether digits count as a separate script. Default: true. */
  readonly splitByNumber?: boolean;
  /** Whether cleaning lower-cases. Default: true. */
  readonly lowerCase?: boolean;
  /** Whether cleaning removes accents. Default: true. */
  readonly stripAccents?: boolean;
  /** Rules for characters after cleaning, which the model contains. Default: none (`identity`). */
  readonly normalization?: NormalizationRule;
  /** Whether a text that supports fewer pieces is an error. Default: true. */
  readonly hardVocabLimit?: boolean;
}

/** Rules for characters. */
export interface NormalizationRule {
  /** Name in the model. */
  readonly name: string;
  /** The compiled rules. */
  readonly charsmap: Uint8Array;
}

/** What ALBERT passed to `spm_train --user_defined_symbols` (README of google-research/albert). */
export const ALBERT_USER_DEFINED_SYMBOLS: readonly string[] = [
  "(",
  ")",
  '"',
  "-",
  ".",
  "–",
  "£",
  "€",
];

/** Settings with defaults. */
export type CompleteTrainingOptions = Required<VocabularyTrainingOptions>;

/**
 * Adds the defaults, and checks every value against the range of `spm_train`.
 *
 * @throws {RangeError} If a value is out of range.
 * @throws {TypeError} If a user-defined symbol is empty, repeated or contains white space.
 */
export function completeTrainingOptions(
  options: VocabularyTrainingOptions,
): CompleteTrainingOptions {
  const complete: CompleteTrainingOptions = {
    vocabSize: options.vocabSize,
    characterCoverage: options.characterCoverage ?? 0.99995,
    userDefinedSymbols: options.userDefinedSymbols ?? ALBERT_USER_DEFINED_SYMBOLS,
    maxSentenceLength: options.maxSentenceLength ?? Infinity,
    seedSentencepieceSize: options.seedSentencepieceSize ?? 1_000_000,
    maxSentencepieceLength: options.maxSentencepieceLength ?? 16,
    shrinkingFactor: options.shrinkingFactor ?? 0.75,
    numSubIterations: options.numSubIterations ?? 2,
    splitByUnicodeScript: options.splitByUnicodeScript ?? true,
    splitByNumber: options.splitByNumber ?? true,
    lowerCase: options.lowerCase ?? true,
    stripAccents: options.stripAccents ?? true,
    normalization: options.normalization ?? { name: "identity", charsmap: new Uint8Array() },
    hardVocabLimit: options.hardVocabLimit ?? true,
  };
  requireRange("vocabSize", complete.vocabSize, 1, 2 ** 24, true);
  requireRange("characterCoverage", complete.characterCoverage, 0.98, 1, false);
  requireRange("maxSentenceLength", complete.maxSentenceLength, 10, Infinity, false);
  requireRange("seedSentencepieceSize", complete.seedSentencepieceSize, 1, 2 ** 24, true);
  requireRange("maxSentencepieceLength", complete.maxSentencepieceLength, 1, 512, true);
  requireRange("shrinkingFactor", complete.shrinkingFactor, 0.5, 0.95, false);
  requireRange("numSubIterations", complete.numSubIterations, 1, 10, true);
  specialPieces(complete.userDefinedSymbols); // Rejects names of special pieces.
  requireUsableSymbols(complete.userDefinedSymbols, trainingCleaning(complete));
  return complete;
}

function requireRange(
  name: string,
  value: number,
  smallest: number,
  largest: number,
  whole: boolean,
): void {
  if (value >= smallest && value <= largest && (!whole || Number.isInteger(value))) return;
  const kind = whole ? "a whole number" : "a number";
  throw new RangeError(`${name} must be ${kind} from ${smallest} to ${largest}, got ${value}`);
}

/** The clean-up before counting, and before the model is used. */
export function trainingCleaning(
  { lowerCase, stripAccents }: Pick<CompleteTrainingOptions, "lowerCase" | "stripAccents">,
): CleaningOptions {
  return { ...ALBERT_CLEANING, lowerCase, stripAccents };
}

function requireUsableSymbols(symbols: readonly string[], cleaning: CleaningOptions): void {
  const seen = new Set<string>();
  const cleaner = new AlbertCleaner(cleaning);
  for (const symbol of symbols) {
    if (symbol === "" || /[\s▁▅]/u.test(symbol)) {
      throw new TypeError(
        `User-defined symbol ${JSON.stringify(symbol)} must be neither empty nor contain white ` +
          "space, ▁ or ▅.",
      );
    }
    if (seen.has(symbol)) {
      throw new TypeError(`User-defined symbol ${JSON.stringify(symbol)} is a duplicate`);
    }
    seen.add(symbol);
    const cleaned = cleaner.clean(symbol);
    if (cleaned !== symbol) {
      throw new TypeError(
        `User-defined symbol ${
          JSON.stringify(symbol)
        } can never match: text normalization changes ` +
          `it to ${JSON.stringify(cleaned)}. Use that, or keep capitals (--do-lower-case false) ` +
          "and accents (--keep-accents).",
      );
    }
  }
}
