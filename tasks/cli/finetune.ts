import { defineGroup, defineRunCommand } from "./command.ts";
import {
  FINETUNE_GLUE_OPTIONS,
  FINETUNE_RACE_OPTIONS,
  FINETUNE_SQUAD_OPTIONS,
  FINETUNE_TEXT_OPTIONS,
  FINETUNE_TOKENS_OPTIONS,
} from "./finetune_options.ts";

const glue = defineRunCommand({
  description: "Fine-tune on a GLUE task from its official TSV files.",
  options: FINETUNE_GLUE_OPTIONS,
  examples: {
    "RTE with the paper's hyperparameters":
      "albert finetune glue --task rte --data glue --checkpoint hf:albert/albert-base-v2 --output runs/rte --recipe paper --micro-batch-size 8",
    "From an MNLI run":
      "albert finetune glue --task rte --data glue --init-from runs/mnli --output runs/rte",
  },
  action: async (flags) => (await import("./finetune_tasks.ts")).finetuneGlue(flags),
});

const race = defineRunCommand({
  description: "Fine-tune on RACE from the folders of its official release.",
  options: FINETUNE_RACE_OPTIONS,
  examples: {
    "With the paper's hyperparameters":
      "albert finetune race --data RACE --checkpoint hf:albert/albert-base-v2 --output runs/race --recipe paper --micro-batch-size 4",
  },
  action: async (flags) => (await import("./finetune_tasks.ts")).finetuneRace(flags),
});

const squad = defineRunCommand({
  description: "Fine-tune on SQuAD 1.1 or 2.0 from its official JSON files.",
  options: FINETUNE_SQUAD_OPTIONS,
  examples: {
    "SQuAD 2.0 with the paper's hyperparameters":
      "albert finetune squad --task 2.0 --data squad --checkpoint hf:albert/albert-base-v2 --output runs/squad2 --recipe paper --micro-batch-size 8",
  },
  action: async (flags) => (await import("./finetune_tasks.ts")).finetuneSquad(flags),
});

const text = defineRunCommand({
  description: "Fine-tune on your own classes or scores.\n" +
    "--data is a folder with train and dev files (.tsv, .csv, .jsonl, .json or .parquet). Their\n" +
    "columns or fields are text (or sentence1 and sentence2) and label.",
  options: FINETUNE_TEXT_OPTIONS,
  examples: {
    "Classes of support requests":
      "albert finetune text --data requests --checkpoint hf:albert/albert-base-v2 --output runs/requests",
  },
  action: async (flags) => (await import("./finetune_tasks.ts")).finetuneText(flags),
});

const tokens = defineRunCommand({
  description: "Fine-tune on tagged words, such as named entities.\n" +
    "--data is a folder with train.conll and dev.conll (columns, the word first and its tag last,\n" +
    "a blank line between sentences) or train.jsonl and dev.jsonl (also .json; lists tokens and tags).",
  options: FINETUNE_TOKENS_OPTIONS,
  examples: {
    "Names in your own texts":
      "albert finetune tokens --data names --checkpoint hf:albert/albert-base-v2 --output runs/names",
  },
  action: async (flags) => (await import("./finetune_tasks.ts")).finetuneTokens(flags),
});

/** `albert finetune` */
export default defineGroup(
  "Fine-tune a checkpoint on a benchmark.\n" +
    "The run folder contains settings, log, checkpoints and predictions.",
  { glue, race, squad, text, tokens },
);
