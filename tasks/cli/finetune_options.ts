/**
 * The options of the `albert finetune` commands.
 *
 * @module
 */
import { GLUE_TRAINING_TASK_NAMES } from "../../src/benchmarks/glue/recipes.ts";
import type { RaceLevel } from "../../src/benchmarks/race/mod.ts";
import { SHIPPED_MODEL } from "../../src/weights/shipped/name.ts";
import { type GivenFlags, group, type OptionTable } from "./options.ts";
import { LOGGING, OPTIMIZER, PROCESSES, RUN, TRAINING } from "./train_options.ts";

/** Accepted by `--recipe`. */
const RECIPES = ["paper", "quick"] as const;
/** Accepted by `finetune glue --task`. */
export const GLUE_TASKS = GLUE_TRAINING_TASK_NAMES;
/** Accepted by `--task` of the other GLUE commands: with the diagnostic set. */
export const GLUE_TASKS_AND_AX = [...GLUE_TASKS, "ax"] as const;
/** Accepted by `--task` of the SQuAD commands. */
const SQUAD_TASKS = ["1.1", "2.0"] as const;
const SQUAD_SPELLINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["v1.1", "1", "v1", "squad", "squad_v1", "squad1"].map((name) => [name, "1.1"]),
  ),
  ...Object.fromEntries(["v2.0", "2", "v2", "squad_v2", "squad2"].map((name) => [name, "2.0"])),
};
/** Accepted by `--level` of the RACE commands. */
export const LEVELS = ["all", "middle", "high"] as const;

/** The school levels that a value of `--level` covers. */
export function levelsOf(level: typeof LEVELS[number] = "all"): readonly RaceLevel[] {
  return level === "all" ? ["middle", "high"] : [level];
}

/** Options of all `albert finetune` commands. */
export const FINETUNE_OPTIONS = {
  ...RUN,
  "--data <folder>": {
    kind: "string",
    help: "Folder with the official files of the benchmark; required for a new run.",
  },
  "--checkpoint <folder>": {
    aliases: ["model-name-or-path"],
    kind: "string",
    help:
      "Model to start from: folder, run folder, hf:OWNER/NAME[@REVISION], or the model of the package.",
    defaultText: SHIPPED_MODEL,
  },
  "--init-from <folder>": {
    kind: "string",
    help: "Start from the encoder of a fine-tuned run, with a new head.",
  },
  "--from-scratch": {
    kind: "switch",
    help: "Use only the architecture and vocabulary of the checkpoint; initialize all weights.",
  },
  "--recipe <name>": {
    kind: RECIPES,
    help: "Default hyperparameters: those of the paper's Table 14, or a quick run.",
    defaultText: "quick",
  },
  "--strict": { kind: "switch", help: "Stop at a malformed line instead of skipping it." },
  ...group("Training", {
    "--max-seq-length <n>": {
      aliases: ["max-length"],
      kind: "integer",
      help: "Tokens per sequence.",
      range: [3],
      defaultText: "the recipe's",
    },
    "--max-position-embeddings <n>": {
      kind: "integer",
      help:
        "Interpolate the checkpoint's position embeddings to this number, for longer sequences.",
      range: [1],
    },
    "--epochs <x>": {
      aliases: ["num-train-epochs"],
      kind: "number",
      help: "Passes over the training set.",
      defaultText: "the recipe's",
    },
    "--max-steps <n>": {
      kind: "integer",
      aliases: ["max-train-steps"],
      help: "Optimizer steps; overrides --epochs.",
      defaultText: "the recipe's",
    },
    "--batch-size <n>": {
      aliases: ["per-device-train-batch-size", "train-batch-size"],
      kind: "integer",
      help: "Examples per optimizer step.",
      defaultText: "the recipe's",
    },
    "--learning-rate <x>": {
      aliases: ["lr"],
      kind: "number",
      help: "Peak learning rate.",
      defaultText: "by optimizer and width, or the recipe's",
    },
    "--warmup-steps <n>": {
      aliases: ["num-warmup-steps"],
      kind: "integer",
      help: "Steps of linear warm-up.",
      defaultText: "the recipe's, or 10% of all steps",
    },
    "--optimizer <name>": {
      ...OPTIMIZER,
      defaultText: "lamb for models narrower than 768 without --learning-rate, else adamw",
    },
    "--dropout <x>": {
      kind: "number",
      help: "Hidden and attention dropout.",
      range: [0],
      below: 1,
      defaultText: "the recipe's",
    },
    "--classifier-dropout <x>": {
      kind: "number",
      help: "Dropout before the head.",
      range: [0],
      below: 1,
      defaultText: "the recipe's",
    },
    "--shuffle <true|false>": {
      kind: "boolean",
      help: "Shuffle the training set in every epoch.",
      defaultText: true,
    },
    "--group-by-length": {
      kind: "switch",
      help: "Put examples of similar length into the same batch: less padding, faster steps.",
    },
    "--max-train-samples <n>": {
      kind: "integer",
      help: "Use only the first N training examples.",
      range: [1],
    },
    "--max-eval-samples <n>": {
      kind: "integer",
      help: "Use only the first N examples of each evaluation file.",
      range: [1],
    },
    ...TRAINING,
  }),
  ...PROCESSES,
  ...group("Evaluation and logging", {
    ...LOGGING,
    "--save-steps <n>": {
      kind: "integer",
      help: "Save a checkpoint every N steps.",
      defaultText: "as --eval-steps",
    },
    "--keep-checkpoints <n>": {
      aliases: ["save-total-limit"],
      kind: "integer",
      help: "Number of recent checkpoints to keep in addition to the best; 0 keeps all.",
      defaultText: 1,
    },
  }),
} as const satisfies OptionTable;

/** Flags of all `albert finetune` commands as they were given. */
export type FinetuneFlags = GivenFlags<typeof FINETUNE_OPTIONS>;

/** Options of the SQuAD commands, for training and evaluation. */
export const SQUAD_OPTIONS = {
  "--task <version>": {
    kind: SQUAD_TASKS,
    spellings: SQUAD_SPELLINGS,
    help: "SQuAD version; needed if the folder has both.",
  },
  "--dev-file <file>": {
    aliases: ["validation-file", "predict-file"],
    kind: "string",
    help: "Evaluation file to use instead of the folder's.",
  },
  "--doc-stride <n>": {
    kind: "integer",
    help: "Tokens between the starts of two windows.",
    range: [1],
    defaultText: 128,
  },
  "--max-query-length <n>": {
    kind: "integer",
    help: "Maximum number of question tokens; the rest is cut.",
    range: [1],
    defaultText: 64,
  },
  "--n-best-size <n>": {
    kind: "integer",
    help: "Number of answers in nbest_predictions.json.",
    range: [1],
    defaultText: 20,
  },
  "--max-answer-length <n>": {
    kind: "integer",
    help: "Maximum number of answer tokens.",
    range: [1],
    defaultText: 30,
  },
  "--null-threshold <x>": {
    aliases: ["null-score-diff-threshold"],
    kind: "number",
    help: "No-answer score above which a question is unanswerable (2.0).",
    defaultText: "the best on the dev set",
  },
} as const satisfies OptionTable;

/** Options of `albert finetune glue`. */
export const FINETUNE_GLUE_OPTIONS = {
  "--task <name>": {
    kind: GLUE_TASKS,
    aliases: ["task-name"],
    help: "GLUE task; required for a new run.",
  },
  ...FINETUNE_OPTIONS,
} as const satisfies OptionTable;

/** Flags of `albert finetune glue`. */
export type GlueFlags = GivenFlags<typeof FINETUNE_GLUE_OPTIONS>;

/** Options of `albert finetune race`. */
export const FINETUNE_RACE_OPTIONS = {
  "--level <name>": { kind: LEVELS, help: "School level of the passages.", defaultText: "all" },
  ...FINETUNE_OPTIONS,
} as const satisfies OptionTable;

/** Flags of `albert finetune race`. */
export type RaceFlags = GivenFlags<typeof FINETUNE_RACE_OPTIONS>;

/** Options of the commands for the user's own files. */
const OWN_FILES = {
  "--data <folder>": {
    kind: "string",
    help: "Folder with your train and dev files; required for a new run.",
  },
  "--dev-fraction <x>": {
    kind: "number",
    help: "Share of the training file to hold out if the folder has no dev file.",
    range: [0, 1],
    defaultText: 0.1,
  },
} as const satisfies OptionTable;

/** Options of `albert finetune text`. */
export const FINETUNE_TEXT_OPTIONS = {
  "--problem-type <name>": {
    kind: ["single_label_classification", "multi_label_classification", "regression"],
    help: "Labels of a row: one class, several classes, or a number.",
    defaultText: "several if a label is a JSON array, else one",
  },
  "--class-weights <list>": {
    kind: "string",
    help:
      "Weights of the classes in the loss: none, balanced, or numbers in the order of the classes.",
    defaultText: "none",
  },
  ...FINETUNE_OPTIONS,
  ...OWN_FILES,
} as const satisfies OptionTable;

/** Flags of `albert finetune text`. */
export type TextFlags = GivenFlags<typeof FINETUNE_TEXT_OPTIONS>;

/** Options of `albert finetune tokens`. */
export const FINETUNE_TOKENS_OPTIONS = {
  ...FINETUNE_OPTIONS,
  ...OWN_FILES,
} as const satisfies OptionTable;

/** Flags of `albert finetune tokens`. */
export type TokensFlags = GivenFlags<typeof FINETUNE_TOKENS_OPTIONS>;

/** Options of `albert finetune squad`. */
export const FINETUNE_SQUAD_OPTIONS = {
  ...SQUAD_OPTIONS,
  "--head <name>": {
    kind: ["paper", "linear"],
    help: "Span head: the paper's, or Hugging Face's linear head.",
    defaultText: "paper",
  },
  "--train-file <file>": {
    kind: "string",
    help: "Training file to use instead of the folder's.",
  },
  ...FINETUNE_OPTIONS,
  "--data <folder>": {
    kind: "string",
    help:
      "Folder with the official files; required for a new run without --train-file and --dev-file.",
  },
} as const satisfies OptionTable;

/** Flags of `albert finetune squad`. */
export type SquadFlags = GivenFlags<typeof FINETUNE_SQUAD_OPTIONS>;
