import { defineCommand, defineGroup } from "./command.ts";
import { GLUE_TASKS_AND_AX, LEVELS, SQUAD_OPTIONS } from "./finetune_options.ts";
import type { Flags, OptionTable } from "./options.ts";

/** Options of all `albert evaluate` commands. */
const EVALUATE_OPTIONS = {
  "--data <folder>": {
    kind: "string",
    help: "Folder with the official files of the benchmark.",
    required: true,
  },
  "--checkpoint <folder...>": {
    aliases: ["model-name-or-path"],
    kind: "strings",
    help: "Fine-tuned folder or run folder; the logits of several are averaged.",
    required: true,
  },
  "--output <folder>": {
    aliases: ["output-dir"],
    kind: "string",
    help: "Folder for prediction files.",
    required: true,
  },
  "--split <name>": {
    kind: ["dev", "test"],
    help: "Split to predict; dev also gives metrics.",
    default: "dev",
  },
  "--batch-size <n>": {
    aliases: ["per-device-eval-batch-size", "eval-batch-size"],
    kind: "integer",
    help: "Examples on the device at once.",
    range: [1],
    default: 32,
  },
  "--max-eval-samples <n>": {
    kind: "integer",
    help: "Predict only the first N examples of each file.",
    range: [1],
  },
  "--max-seq-length <n>": {
    aliases: ["max-length"],
    kind: "integer",
    help: "Tokens per sequence.",
    range: [3],
    defaultText: "the checkpoint's",
  },
} as const satisfies OptionTable;

const GLUE_OPTIONS = {
  "--task <name>": {
    kind: GLUE_TASKS_AND_AX,
    aliases: ["task-name"],
    help: "GLUE task; ax needs an MNLI checkpoint.",
    required: true,
  },
  "--labels <list>": {
    kind: "string",
    help:
      "The task's labels in the order of the checkpoint's classes: entailment,neutral,contradiction.",
    defaultText: "by the names in config.json",
  },
  "--zip": { kind: "switch", help: "Pack the prediction files in --output into submission.zip." },
  ...EVALUATE_OPTIONS,
} as const satisfies OptionTable;

const RACE_OPTIONS = {
  "--level <name>": { kind: LEVELS, help: "School level of the passages.", default: "all" },
  ...EVALUATE_OPTIONS,
} as const satisfies OptionTable;

/** `--data` of the commands for the user's own files. */
const OWN_DATA = {
  "--data <folder>": {
    ...EVALUATE_OPTIONS["--data <folder>"],
    help: "Folder with your dev or test files.",
  },
} as const satisfies OptionTable;

const TEXT_OPTIONS = {
  "--labels <list>": {
    kind: "string",
    help: "Names of the checkpoint's classes in their order: no,yes.",
    defaultText: "the names in config.json",
  },
  ...EVALUATE_OPTIONS,
  ...OWN_DATA,
} as const satisfies OptionTable;

const TOKENS_OPTIONS = { ...EVALUATE_OPTIONS, ...OWN_DATA } as const satisfies OptionTable;

const EVALUATE_SQUAD_OPTIONS = {
  ...SQUAD_OPTIONS,
  ...EVALUATE_OPTIONS,
  "--data <folder>": {
    kind: "string",
    help: "Folder with the official files; not needed with --dev-file.",
  },
  "--doc-stride <n>": { ...SQUAD_OPTIONS["--doc-stride <n>"], defaultText: "the checkpoint's" },
  "--max-query-length <n>": {
    ...SQUAD_OPTIONS["--max-query-length <n>"],
    defaultText: "the checkpoint's",
  },
} as const satisfies OptionTable;

/** Flags of `albert evaluate tokens`. */
export type EvaluateTokensFlags = Flags<typeof TOKENS_OPTIONS>;
/** Flags of all `albert evaluate` commands. */
export type EvaluateFlags = Flags<typeof EVALUATE_OPTIONS>;
/** Flags of `albert evaluate glue`. */
export type EvaluateGlueFlags = Flags<typeof GLUE_OPTIONS>;
/** Flags of `albert evaluate race`. */
export type EvaluateRaceFlags = Flags<typeof RACE_OPTIONS>;
/** Flags of `albert evaluate text`. */
export type EvaluateTextFlags = Flags<typeof TEXT_OPTIONS>;
/** Flags of `albert evaluate squad`. */
export type EvaluateSquadFlags = Flags<typeof EVALUATE_SQUAD_OPTIONS>;

const glue = defineCommand({
  description:
    "Predict a GLUE task with a fine-tuned checkpoint; writes metrics and submission files.",
  options: GLUE_OPTIONS,
  examples: {
    "The file for the leaderboard":
      "albert evaluate glue --task rte --data glue --checkpoint runs/rte --split test --output submission",
  },
  action: async (flags) => (await import("./evaluate_run.ts")).evaluateGlue(flags),
});

const race = defineCommand({
  description: "Answer RACE with a fine-tuned checkpoint; writes accuracies and predictions.",
  options: RACE_OPTIONS,
  examples: {
    "The test set":
      "albert evaluate race --data RACE --checkpoint runs/race --split test --output predictions",
  },
  action: async (flags) => (await import("./evaluate_run.ts")).evaluateRace(flags),
});

const squad = defineCommand({
  description: "Answer SQuAD with a fine-tuned checkpoint; writes metrics and the official files.",
  options: EVALUATE_SQUAD_OPTIONS,
  examples: {
    "The dev set":
      "albert evaluate squad --task 2.0 --data squad --checkpoint runs/squad2 --output predictions",
  },
  action: async (flags) => (await import("./evaluate_squad.ts")).evaluateSquad(flags),
});

const text = defineCommand({
  description: "Predict your own classes or scores with a checkpoint of finetune text.\n" +
    "--data is a folder with dev or test files (.tsv, .csv, .jsonl, .json or .parquet). The columns or\n" +
    "fields are text (or sentence1 and sentence2); with label, metrics are computed too.",
  options: TEXT_OPTIONS,
  examples: {
    "Unlabeled text":
      "albert evaluate text --data requests --split test --checkpoint runs/requests --output sorted",
  },
  action: async (flags) => (await import("./evaluate_run.ts")).evaluateText(flags),
});

const tokens = defineCommand({
  description: "Tag words with a checkpoint of finetune tokens; writes predictions.conll.\n" +
    "If the file has tags, metrics of spans are computed as by seqeval.",
  options: TOKENS_OPTIONS,
  examples: {
    "The test file":
      "albert evaluate tokens --data names --split test --checkpoint runs/names --output predictions",
  },
  action: async (flags) => (await import("./tokens_run.ts")).evaluateTokens(flags),
});

/** `albert evaluate` */
export default defineGroup(
  "Predict with a fine-tuned checkpoint; writes metrics and official prediction files.",
  { glue, race, squad, text, tokens },
);
