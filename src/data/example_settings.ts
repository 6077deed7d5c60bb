/**
 * Settings of packing and masking, with the names of the official flags.
 *
 * @module
 */

/** Settings of packing and masking. The defaults are those of section 4.1 of the paper. */
export interface ExampleSettings {
  /** Maximum number of tokens per example, with special tokens. */
  readonly maxSeqLength: number;
  /** Sentence order (`sop`), next sentence (`nsp`), or one segment and no pair (`none`). */
  readonly pairObjective: "sop" | "nsp" | "none";
  /** Probability of a shorter target length. */
  readonly shortSeqProb: number;
  /** Whether the target length is drawn per chunk, or once per document and epoch (official code). */
  readonly shortSeqPer: "chunk" | "document";
  /** Fraction of the tokens to mask. */
  readonly maskedLmProb: number;
  /** Maximum number of masked tokens per example. The released models used 20 for 512 tokens. */
  readonly maxPredictionsPerSeq: number;
  /** Maximum number of words of a masked n-gram. */
  readonly ngram: number;
  /** Whether n-grams of length n have probability proportional to 1/n, or the reverse. */
  readonly favorShorterNgram: boolean;
  /** Whether to mask whole words, or single pieces. */
  readonly wholeWordMask: boolean;
  /** Number of fixed versions of the examples to use in turn; 0 draws new ones in every epoch. */
  readonly dupeFactor: number;
  /**
   * Whether to pack half of the text from its end. The last sentence of a chunk exceeds the target length, so that truncation reveals
   * the order of a pair; packed from the end, it is the first sentence. Absent in the official recipe. Sentence order only.
   */
  readonly balancedPairs?: boolean;
}

/** Fraction of the tokens that are masked (Lan et al. 2020, section 4.1, after BERT). */
export const MASKED_LM_PROB = 0.15;

/**
 * Returns the paper's settings for a sequence length. `maxPredictionsPerSeq` allows all 15% (77 of
 * 512), as in the paper; the released models were trained with 20.
 *
 * @param maxSeqLength Maximum number of tokens per example.
 * @param changes Settings that differ from the defaults.
 * @returns All settings, after a check.
 * @throws {RangeError} If a setting is out of range; the message names it.
 *
 * @example Use the settings of the released models
 * ```ts
 * import { exampleSettings } from "./example_settings.ts";
 *
 * const official = exampleSettings(512, { maxPredictionsPerSeq: 20, shortSeqPer: "document" });
 * if (official.ngram !== 3) throw new Error("not the paper's n-grams");
 * ```
 */
export function exampleSettings(
  maxSeqLength: number,
  changes: Partial<ExampleSettings> = {},
): ExampleSettings {
  const settings: ExampleSettings = {
    maxSeqLength,
    pairObjective: "sop",
    shortSeqProb: 0.1,
    shortSeqPer: "chunk",
    maskedLmProb: MASKED_LM_PROB,
    maxPredictionsPerSeq: Math.max(
      1,
      Math.ceil((changes.maskedLmProb ?? MASKED_LM_PROB) * maxSeqLength),
    ),
    ngram: 3,
    favorShorterNgram: true,
    wholeWordMask: true,
    dupeFactor: 0,
    ...changes,
  };
  checkSettings(settings);
  return settings;
}

/**
 * Returns the settings of held-out examples: at most the paper's fraction of masked tokens, so that the accuracies of runs with other fractions are comparable.
 *
 * @param examples Settings of the training examples.
 */
export function heldOutSettings(examples: ExampleSettings): ExampleSettings {
  if (examples.maskedLmProb <= MASKED_LM_PROB) return examples;
  const { maskedLmProb, maxPredictionsPerSeq: most } = exampleSettings(examples.maxSeqLength);
  const maxPredictionsPerSeq = Math.min(examples.maxPredictionsPerSeq, most);
  return { ...examples, maskedLmProb, maxPredictionsPerSeq };
}

function checkSettings(settings: ExampleSettings): void {
  const integer = (name: keyof ExampleSettings, least: number, most: number) => {
    const value = settings[name] as number;
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new RangeError(`${name} must be an integer from ${least} to ${most}, got ${value}`);
    }
  };
  const choice = (name: keyof ExampleSettings, values: unknown[]) => {
    if (!values.includes(settings[name])) {
      throw new RangeError(`${name} must be one of ${values.join(", ")}, got ${settings[name]}`);
    }
  };
  const probability = (name: keyof ExampleSettings) => {
    const value = settings[name] as number;
    if (!(value >= 0 && value <= 1)) {
      throw new RangeError(`${name} must be from 0 to 1, got ${value}`);
    }
  };
  probability("shortSeqProb");
  probability("maskedLmProb");
  // [CLS] A [SEP] B [SEP] with one token in A and in B.
  integer("maxSeqLength", 5, 0xffff);
  integer("maxPredictionsPerSeq", 1, settings.maxSeqLength);
  integer("ngram", 1, 64);
  integer("dupeFactor", 0, 0xffffffff);
  choice("pairObjective", ["sop", "nsp", "none"]);
  choice("shortSeqPer", ["chunk", "document"]);
  for (const name of ["favorShorterNgram", "wholeWordMask"] as const) choice(name, [true, false]);
  choice("balancedPairs", [undefined, true, false]);
  if (settings.balancedPairs && settings.pairObjective !== "sop") {
    throw new RangeError(`balancedPairs needs pairObjective sop, got ${settings.pairObjective}`);
  }
}
