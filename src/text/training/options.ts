/** Settings of the vocabulary training, named as `spm_train` names them. */
export interface VocabularyTrainingOptions {
  /** Pieces in the finished vocabulary, special ones included. */
  readonly vocabSize: number;
  /**
   * Share of all characters that must have a piece of their own; the rarest beyond it become
   * unknown. Default 0.99995, as ALBERT's vocabulary was trained.
   */
  readonly characterCoverage?: number;
  /** Symbols that always stand alone. Default: {@linkcode ALBERT_USER_DEFINED_SYMBOLS}. */
  readonly userDefinedSymbols?: readonly string[];
  /** Sentences of more bytes (UTF-8, cleaned) are left out. Default Infinity: none is. */
  readonly maxSentenceLength?: number;
  /** How many frequent substrings training starts from. Default 1,000,000. */
  readonly seedSentencepieceSize?: number;
  /** Characters in the longest piece. Default 16. */
  readonly maxSentencepieceLength?: number;
  /** Share of the pieces kept by one round of pruning. Default 0.75. */
  readonly shrinkingFactor?: number;
  /** EM steps between two rounds of pruning. Default 2. */
  readonly numSubIterations?: number;
  /** Whether a piece keeps to one Unicode script. Default true. */
  readonly splitByUnicodeScript?: boolean;
  /** Whether digits count as a script of their own. Default true. */
  readonly splitByNumber?: boolean;
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

/** Every setting filled in. */
export type CompleteTrainingOptions = Required<VocabularyTrainingOptions>;

/**
 * Fills in the defaults and checks every value against the range `spm_train` accepts.
 *
 * @throws {RangeError} If a value lies outside its range.
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
  };
  requireRange("vocabSize", complete.vocabSize, 1, 2 ** 24, true);
  requireRange("characterCoverage", complete.characterCoverage, 0.98, 1, false);
  requireRange("maxSentenceLength", complete.maxSentenceLength, 10, Infinity, false);
  requireRange("seedSentencepieceSize", complete.seedSentencepieceSize, 1, 2 ** 24, true);
  requireRange("maxSentencepieceLength", complete.maxSentencepieceLength, 1, 512, true);
  requireRange("shrinkingFactor", complete.shrinkingFactor, 0.5, 0.95, false);
  requireRange("numSubIterations", complete.numSubIterations, 1, 10, true);
  requireUsableSymbols(complete.userDefinedSymbols);
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
  throw new RangeError(`${name} must be ${kind} from ${smallest} to ${largest}, got ${value}.`);
}

function requireUsableSymbols(symbols: readonly string[]): void {
  const seen = new Set<string>();
  for (const symbol of symbols) {
    if (symbol === "" || /[\s▁▅]/u.test(symbol)) {
      throw new TypeError(
        `User-defined symbol ${JSON.stringify(symbol)} must be neither empty nor contain white ` +
          "space, ▁ or ▅.",
      );
    }
    if (seen.has(symbol)) {
      throw new TypeError(`User-defined symbol ${JSON.stringify(symbol)} is given twice.`);
    }
    seen.add(symbol);
  }
}
