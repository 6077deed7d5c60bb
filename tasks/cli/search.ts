import { defineCommand } from "./command.ts";
import type { Flags, OptionTable } from "./options.ts";

const SEARCH_OPTIONS = {
  "--settings <file>": {
    kind: "string",
    help: "JSON or YAML file with the other settings of the training command.",
    required: true,
  },
  "--output <folder>": {
    kind: "string",
    help: "Folder for one run folder per trial, search.json and search.html.",
    required: true,
  },
  "--values <lists...>": {
    kind: "strings",
    help: "Values to try: learning-rate=1e-5,2e-5 batch-size=16,32.",
  },
  "--ranges <ranges...>": {
    kind: "strings",
    help: "Ranges to draw from: learning-rate=1e-5..1e-3:log dropout=0..0.2.",
  },
  "--trials <n>": {
    kind: "integer",
    help: "Draw N random trials instead of trying all combinations.",
    range: [1],
  },
} as const satisfies OptionTable;

/** Flags of `albert search`. */
export type SearchFlags = Flags<typeof SEARCH_OPTIONS>;

/** `albert search` */
export default defineCommand({
  description: "Train with several values of flags and compare the runs.\n" +
    "Tries all combinations of --values, or --trials random ones. The same command\n" +
    "continues a search that was interrupted.",
  arguments: "<command...>",
  options: SEARCH_OPTIONS,
  examples: {
    "A grid":
      "albert search finetune glue --settings rte.yaml --output runs/grid --values learning-rate=1e-5,2e-5,3e-5 batch-size=16,32",
    "Random trials":
      "albert search pretrain --settings nano.yaml --output runs/rates --ranges learning-rate=1e-4..1e-2:log --trials 8",
  },
  action: async (flags, ...command) => (await import("./search_run.ts")).search(flags, command),
});
