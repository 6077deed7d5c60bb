import type { ExampleDataset } from "../../src/data/mod.ts";
import { formatCount } from "../../src/json/mod.ts";
import { defineCommand, defineGroup } from "./command.ts";
import { usage } from "./errors.ts";
import { EXAMPLE_OPTIONS, givenExampleSettings } from "./example_options.ts";
import type { Flags, OptionTable } from "./options.ts";
import { showsColors } from "./terminal.ts";

/** Which examples to make. */
const DATASET_OPTIONS = {
  "--data <folder>": {
    kind: "string",
    help: "Folder written by albert prepare.",
    required: true,
  },
  "--max-seq-length <n>": {
    kind: "integer",
    help: "Tokens per example.",
    range: [5],
    default: 128,
  },
  "--validation-fraction <x>": {
    kind: "number",
    help: "Fraction of the tokens in the validation set, which gives no examples.",
    range: [0],
    below: 1,
    defaultText: "the prepared data's",
  },
  ...EXAMPLE_OPTIONS,
} as const satisfies OptionTable;

const FIRST_EXAMPLE = {
  "--index <n>": { kind: "integer", help: "Index of the first example.", range: [0], default: 0 },
} as const satisfies OptionTable;

async function openDataset(flags: Flags<typeof DATASET_OPTIONS>): Promise<ExampleDataset> {
  const { openShards } = await import("../../src/data/disk/mod.ts");
  const { ExampleDataset, exampleSettings, splitDocuments } = await import(
    "../../src/data/mod.ts"
  );
  const { corpus, index } = await openShards(flags.data);
  const settings = usage(() => exampleSettings(flags.maxSeqLength, givenExampleSettings(flags)));
  const { validationFraction = index.validationFraction } = flags;
  const { train } = splitDocuments(corpus, validationFraction);
  return new ExampleDataset(corpus, settings, flags.seed, train);
}

const show = defineCommand({
  description: "Print examples as text: {masked}, {kept=}, {replaced→by}, one segment per line.\n" +
    "Pretraining with the same options, --validation-fraction included, reads the same examples.",
  options: {
    ...DATASET_OPTIONS,
    ...FIRST_EXAMPLE,
    "--count <n>": { kind: "integer", help: "Number of examples.", range: [1], default: 5 },
  },
  examples: { "The first example": "albert data show --data runs/data --count 1" },
  action: async (flags) => {
    const dataset = await openDataset(flags);
    const { exampleAsJson, showExample } = await import("../../src/data/mod.ts");
    const { loadTokenizer } = await import("../../src/text/disk/mod.ts");
    const tokenizer = await loadTokenizer(flags.data);
    const color = showsColors();
    const { mask } = dataset.corpus.vocabulary.special;
    for (let index = flags.index; index < flags.index + flags.count; index++) {
      const example = dataset.exampleAt(index, true);
      console.log(
        flags.json
          ? exampleAsJson(index, example, tokenizer)
          : `${showExample(example, tokenizer, mask, color)}\n`,
      );
    }
  },
});

const stats = defineCommand({
  description: "Print statistics of examples: sentence pairs, lengths, n-grams, masks.",
  options: {
    ...DATASET_OPTIONS,
    "--examples <n>": {
      kind: "integer",
      help: "Number of examples to read.",
      range: [1],
      default: 20000,
    },
  },
  examples: { "Compare with the paper's settings": "albert data stats --data runs/data" },
  action: async (flags) => {
    const dataset = await openDataset(flags);
    const { describeExamples, exampleStatistics } = await import("../../src/data/mod.ts");
    const statistics = exampleStatistics(dataset, flags.examples);
    console.log(flags.json ? JSON.stringify(statistics) : describeExamples(statistics));
  },
});

const exportExamples = defineCommand({
  description: "Write examples to a file, one JSON object per line.",
  options: {
    ...DATASET_OPTIONS,
    "--export-examples <file>": { kind: "string", help: "File to write.", required: true },
    ...FIRST_EXAMPLE,
    "--count <n>": {
      kind: "integer",
      help: "Number of examples.",
      range: [1],
      defaultText: "one epoch",
    },
  },
  examples: {
    "One epoch": "albert data export --data runs/data --export-examples runs/examples.jsonl",
  },
  action: async (flags) => {
    const dataset = await openDataset(flags);
    const { atomicWriteFile, STANDARD_OUTPUT } = await import("../../src/files/mod.ts");
    const { logTo } = await import("./progress.ts");
    const { exampleLines } = await import("../../src/data/mod.ts");
    const { loadTokenizer } = await import("../../src/text/disk/mod.ts");
    const tokenizer = await loadTokenizer(flags.data);
    const count = flags.count ?? dataset.examplesInEpoch(0);
    const lines = exampleLines(dataset, flags.index, count, tokenizer);
    await atomicWriteFile(flags.exportExamples, lines);
    const print = flags.exportExamples === STANDARD_OUTPUT ? logTo(flags) : console.log;
    print(`${flags.exportExamples}: ${formatCount(count, "example")}`);
  },
});

/** `albert data` */
export default defineGroup("Inspect the examples that pretraining reads.", {
  show,
  stats,
  export: exportExamples,
});
