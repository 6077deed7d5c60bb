import { SHIPPED_MODEL } from "../../src/weights/shipped/name.ts";
import { defineCommand, defineGroup } from "./command.ts";
import type { Flags, OptionTable } from "./options.ts";

const CHECKPOINT = {
  "--checkpoint <folder>": {
    kind: "string",
    aliases: ["model-name-or-path"],
    help: "Fine-tuned folder, run folder, or hf:OWNER/NAME[@REVISION].",
    required: true,
  },
} as const satisfies OptionTable;

/** The checkpoint of the commands that need no fine-tuned head. */
const PRETRAINED = {
  "--checkpoint <folder>": {
    kind: "string",
    aliases: ["model-name-or-path"],
    help: "Model folder, run folder, hf:OWNER/NAME[@REVISION], or the model of the package.",
    default: SHIPPED_MODEL,
  },
} as const satisfies OptionTable;

const FILL_MASK_OPTIONS = {
  ...PRETRAINED,
  "--top <n>": { kind: "integer", help: "Candidates per mask.", range: [1], default: 5 },
} as const satisfies OptionTable;

const ANSWER_OPTIONS = {
  ...CHECKPOINT,
  "--top <n>": { kind: "integer", help: "Answers to print.", range: [1], default: 3 },
  "--max-seq-length <n>": {
    kind: "integer",
    aliases: ["max-length"],
    help: "Tokens per window with the question; a long text is read in several windows.",
    range: [5],
    defaultText: "that of fine-tuning, or 384",
  },
  "--doc-stride <n>": {
    kind: "integer",
    aliases: ["stride"],
    help: "Tokens between the starts of two windows.",
    range: [1],
    defaultText: "that of fine-tuning, or 128",
  },
} as const satisfies OptionTable;

const CLASSIFY_OPTIONS = {
  ...CHECKPOINT,
  "--input <file...>": {
    kind: "strings",
    help:
      "Files of JSON lines, CSV, TSV or Parquet with the fields text, or sentence1 and sentence2.",
  },
  "--output <file>": {
    kind: "string",
    help: "File of JSON lines to write: the records of --input with their predictions.",
    defaultText: "standard output",
    depends: ["input"],
  },
  "--max-seq-length <n>": {
    kind: "integer",
    aliases: ["max-length"],
    help: "Cut longer texts and pairs to this number of tokens.",
    range: [3],
    defaultText: "that of fine-tuning, or the model's positions",
  },
} as const satisfies OptionTable;

const CHOOSE_OPTIONS = {
  ...CHECKPOINT,
  "--context <text>": {
    kind: "string",
    help: "Text that the question is about.",
    defaultText: "standard input",
  },
} as const satisfies OptionTable;

/** Flags of `albert predict fill-mask`. */
export type FillMaskFlags = Flags<typeof FILL_MASK_OPTIONS>;
/** Flags of `albert predict answer`. */
export type AnswerFlags = Flags<typeof ANSWER_OPTIONS>;
/** Flags of `albert predict classify`. */
export type ClassifyFlags = Flags<typeof CLASSIFY_OPTIONS>;
/** Flags of `albert predict tokens`. */
export type PredictTokensFlags = Flags<typeof CHECKPOINT>;
/** Flags of `albert predict perplexity`. */
export type PerplexityFlags = Flags<typeof PRETRAINED>;
/** Flags of `albert predict choose`. */
export type ChooseFlags = Flags<typeof CHOOSE_OPTIONS>;

const fillMask = defineCommand({
  description: "Predict every [MASK] in a text.\n" +
    "Without a text, each line of standard input is one.\n" +
    "Blank lines have an empty result with --json, and none without.",
  arguments: "[text]",
  options: FILL_MASK_OPTIONS,
  examples: {
    "A sentence": "albert predict fill-mask 'The [MASK] sat down.'",
    "Your own model": "albert predict fill-mask --checkpoint runs/books 'The [MASK] sat down.'",
  },
  action: async (flags, text) => (await import("./predict_run.ts")).predictFillMask(flags, text),
});

const answer = defineCommand({
  description: "Answer a question from a text.\n" +
    "Without a text, it is read from standard input.",
  arguments: "<question> [text]",
  options: ANSWER_OPTIONS,
  examples: {
    "A question about a file":
      "albert predict answer --checkpoint runs/squad 'Who wrote it?' < chapter.txt",
  },
  action: async (flags, question, text) =>
    (await import("./predict_run.ts")).predictAnswer(flags, question, text),
});

const classify = defineCommand({
  description: "Classify a text or a pair of texts.\n" +
    "Without a text, each line of standard input is one; a tab separates the texts of a pair.\n" +
    "Blank lines have an empty result with --json, and none without.\n" +
    "With --input, records become JSON lines with prediction and probabilities.",
  arguments: "[text] [second]",
  options: CLASSIFY_OPTIONS,
  examples: {
    "A file": "albert predict classify --checkpoint runs/sst-2 --input in.jsonl --output out.jsonl",
    "A film review": "albert predict classify --checkpoint runs/sst-2 'A charming film.'",
  },
  action: async (flags, text, second) =>
    (await import("./predict_run.ts")).predictClassify(flags, text, second),
});

const perplexity = defineCommand({
  description: "Compute the masked-LM perplexity of a text: each token is masked in turn.\n" +
    "Without a text, each line of standard input is one.\n" +
    "Blank lines have an empty result with --json, and none without.",
  arguments: "[text]",
  options: PRETRAINED,
  examples: {
    "Two orders of words": "albert predict perplexity 'The cat sat down.'",
  },
  action: async (flags, text) => (await import("./predict_run.ts")).predictPerplexity(flags, text),
});

const tokens = defineCommand({
  description: "Find the tagged spans of a text, such as names.\n" +
    "Without a text, each line of standard input is one.\n" +
    "Blank lines have an empty result with --json, and none without.",
  arguments: "[text]",
  options: CHECKPOINT,
  examples: {
    "A sentence": "albert predict tokens --checkpoint runs/names 'Anna lives in Basel.'",
  },
  action: async (flags, text) => (await import("./tokens_run.ts")).predictTokens(flags, text),
});

const choose = defineCommand({
  description: "Choose the best option for a question about a text.\n" +
    "Without --context, the text is read from standard input.",
  arguments: "<question> <option...>",
  options: CHOOSE_OPTIONS,
  examples: {
    "A gap to fill":
      "albert predict choose --checkpoint runs/race 'The cat is _ .' red old asleep gone < story.txt",
  },
  action: async (flags, question, ...options) =>
    (await import("./predict_run.ts")).predictChoose(flags, question, options),
});

/** `albert predict` */
export default defineGroup("Try a checkpoint on a text.", {
  "fill-mask": fillMask,
  classify,
  answer,
  choose,
  tokens,
  perplexity,
});
