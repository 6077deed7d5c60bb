/**
 * How examples are made. The names are those of the official flags.
 *
 * @module
 */

/** All choices of packing and masking. Source of every default but one: paper, section 4.1. */
export interface ExampleSettings {
  /** Tokens in an example, special pieces included. */
  readonly maxSeqLength: number;
  /** Sentence order (`sop`), next sentence (`nsp`), or one segment and no pair (`none`). */
  readonly pairObjective: "sop" | "nsp" | "none";
  /** How often a shorter target length is drawn. */
  readonly shortSeqProb: number;
  /** Whether it is drawn for each chunk, or once for each pass over a document (official code). */
  readonly shortSeqPer: "chunk" | "document";
  /** Share of an example's tokens to mask. */
  readonly maskedLmProb: number;
  /** Most tokens masked in an example. The released models had 20 of 512. */
  readonly maxPredictionsPerSeq: number;
  /** Most words in a masked span. */
  readonly ngram: number;
  /** Whether span length n has probability proportional to 1/n, or the reverse. */
  readonly favorShorterNgram: boolean;
  /** Whether whole words are masked, or single pieces. */
  readonly wholeWordMask: boolean;
  /** How many fixed versions of the corpus are reused in turn; 0 draws anew in every epoch. */
  readonly dupeFactor: number;
}

/** Fraction of the tokens that are masked (Lan et al. 2020, section 4.1, after BERT). */
export const MASKED_LM_PROB = 0.15;

/**
 * The paper's settings for a sequence length. `maxPredictionsPerSeq` leaves room for all 15%
 * (77 of 512), as the paper says; the released models were trained with 20.
 *
 * @param maxSeqLength Tokens in an example.
 * @param changes Settings that differ.
 * @returns All settings, checked.
 * @throws {RangeError} When a setting is out of range; the message names it.
 *
 * @example The settings of the released models
 * ```ts
 * import { exampleSettings } from "./example_settings.ts";
 *
 * const official = exampleSettings(512, { maxPredictionsPerSeq: 20, shortSeqPer: "document" });
 * if (official.ngram !== 3) throw new Error("the paper has spans of up to 3 words");
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
}
