/**
 * The options of packing and masking, which `albert pretrain` and `albert data` share.
 *
 * @module
 */
import type { ExampleSettings } from "../../src/data/mod.ts";
import { type GivenFlags, givenOnly, type OptionTable } from "./options.ts";

/** Options of packing and masking. The defaults that are not given here depend on the model, or are the same for all. */
export const EXAMPLE_OPTIONS = {
  "--pair-objective <name>": {
    kind: ["sop", "nsp", "none"],
    help: "Loss on sentence pairs: sentence order, next sentence or none.",
    defaultText: "sop",
  },
  "--masked-lm-prob <p>": {
    kind: "number",
    help: "Fraction of the tokens to mask in training.",
    defaultText: 0.15,
  },
  "--max-predictions-per-seq <n>": {
    kind: "integer",
    help: "Maximum number of masked tokens per example.",
    defaultText: "that fraction of the tokens",
  },
  "--short-seq-prob <p>": {
    kind: "number",
    help: "Probability of a shorter target length.",
    defaultText: 0.1,
  },
  "--short-seq-per <name>": {
    kind: ["chunk", "document"],
    help: "Draw short sequence lengths per chunk, or per document as the original code.",
    defaultText: "chunk",
  },
  "--balanced-pairs": {
    kind: "switch",
    help: "Pack half of the text from its end, so that lengths and cuts do not reveal the order.",
  },
  "--ngram <n>": {
    kind: "integer",
    help: "Maximum number of words in a masked n-gram.",
    defaultText: 3,
  },
  "--favor-shorter-ngram <true|false>": {
    kind: "boolean",
    help: "Mask short n-grams more often than long ones.",
    defaultText: true,
  },
  "--whole-word <true|false>": {
    kind: "boolean",
    help: "Mask whole words instead of single pieces.",
    defaultText: true,
  },
  "--dupe-factor <n>": {
    kind: "integer",
    help: "Number of fixed maskings used in turn; 0 draws new masks in every epoch.",
    defaultText: 0,
  },
} as const satisfies OptionTable;

/** Returns the settings that were given. */
export function givenExampleSettings(
  flags: GivenFlags<typeof EXAMPLE_OPTIONS>,
): Partial<ExampleSettings> {
  return givenOnly({
    pairObjective: flags.pairObjective,
    maskedLmProb: flags.maskedLmProb,
    maxPredictionsPerSeq: flags.maxPredictionsPerSeq,
    shortSeqProb: flags.shortSeqProb,
    shortSeqPer: flags.shortSeqPer,
    ngram: flags.ngram,
    favorShorterNgram: flags.favorShorterNgram,
    wholeWordMask: flags.wholeWord,
    dupeFactor: flags.dupeFactor,
    balancedPairs: flags.balancedPairs || undefined,
  });
}
