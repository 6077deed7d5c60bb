import type { ExampleDataset } from "../../src/data/mod.ts";
import { defineCommand, defineGroup } from "./command.ts";
import type { Flags, OptionTable } from "./options.ts";

/** Which examples to make. */
const DATASET_OPTIONS = {
  "--data <folder>": {
    kind: "string",
    help: "Folder written by albert prepare.",
    required: true,
  },
  "--max-seq-length <n>": { kind: "integer", help: "Tokens per example.", default: 128 },
  "--pair-objective <name>": {
    kind: ["sop", "nsp", "none"],
    help: "Loss on sentence pairs: sentence order, next sentence or none.",
    default: "sop",
  },
  "--short-seq-prob <p>": {
    kind: "number",
    help: "Probability of a shorter target length.",
    default: 0.1,
  },
  "--short-seq-per <name>": {
    kind: ["chunk", "document"],
    help: "Draw short sequence lengths per chunk, or per document as the original code.",
    default: "chunk",
  },
  "--balanced-pairs": {
    kind: "switch",
    help: "Pack half of the text from its end, so that lengths and cuts do not reveal the order.",
  },
  "--masked-lm-prob <p>": {
    kind: "number",
    help: "Fraction of the tokens to mask.",
    default: 0.15,
  },
  "--max-predictions-per-seq <n>": {
    kind: "integer",
    help: "Maximum number of masked tokens per example.",
    defaultText: "15% of the tokens",
  },
  "--ngram <n>": {
    kind: "integer",
    help: "Maximum number of words in a masked n-gram.",
    default: 3,
  },
  "--favor-shorter-ngram <yes>": {
    kind: "boolean",
    help: "Mask short n-grams more often than long ones.",
    default: true,
  },
  "--whole-word <yes>": {
    kind: "boolean",
    help: "Mask whole words instead of single pieces.",
    default: true,
  },
  "--dupe-factor <n>": {
    kind: "integer",
    help: "Number of fixed maskings used in turn; 0 draws new masks in every epoch.",
    default: 0,
  },
} as const satisfies OptionTable;

const FIRST_EXAMPLE = {
  "--index <n>": { kind: "integer", help: "Index of the first example.", default: 0 },
} as const satisfies OptionTable;

async function openDataset(flags: Flags<typeof DATASET_OPTIONS>): Promise<ExampleDataset> {
  const { openShards } = await import("../../src/data/disk/mod.ts");
  const { ExampleDataset, exampleSettings } = await import("../../src/data/mod.ts");
  const { corpus } = await openShards(flags.data);
  const { maxPredictionsPerSeq } = flags;
  const settings = exampleSettings(flags.maxSeqLength, {
    pairObjective: flags.pairObjective,
    shortSeqProb: flags.shortSeqProb,
    shortSeqPer: flags.shortSeqPer,
    maskedLmProb: flags.maskedLmProb,
    ...(maxPredictionsPerSeq !== undefined && { maxPredictionsPerSeq }),
    ngram: flags.ngram,
    favorShorterNgram: flags.favorShorterNgram,
    wholeWordMask: flags.wholeWord,
    dupeFactor: flags.dupeFactor,
    ...(flags.balancedPairs && { balancedPairs: true }),
  });
  return new ExampleDataset(corpus, settings, flags.seed);
}

const show = defineCommand({
  description: "Print examples as text: {masked}, {kept=}, {replaced→by}, one segment per line.\n" +
    "Pretraining with the same options reads the same examples.",
  options: {
    ...DATASET_OPTIONS,
    ...FIRST_EXAMPLE,
    "--count <n>": { kind: "integer", help: "Number of examples.", default: 5 },
  },
  examples: { "The first example": "albert data show --data runs/data --count 1" },
  action: async (flags) => {
    const dataset = await openDataset(flags);
    const { exampleAsJson, showExample } = await import("../../src/data/mod.ts");
    const { loadTokenizer } = await import("../../src/text/disk/mod.ts");
    const tokenizer = await loadTokenizer(flags.data);
    const color = Deno.stdout.isTerminal() && !Deno.noColor;
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
    "--examples <n>": { kind: "integer", help: "Number of examples to read.", default: 20000 },
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
    "--count <n>": { kind: "integer", help: "Number of examples.", defaultText: "one epoch" },
  },
  examples: {
    "One epoch": "albert data export --data runs/data --export-examples runs/examples.jsonl",
  },
  action: async (flags) => {
    const dataset = await openDataset(flags);
    const { atomicWriteFile } = await import("../../src/files/mod.ts");
    const { exampleLines } = await import("../../src/data/mod.ts");
    const { loadTokenizer } = await import("../../src/text/disk/mod.ts");
    const tokenizer = await loadTokenizer(flags.data);
    const count = flags.count ?? dataset.examplesInEpoch(0);
    const lines = exampleLines(dataset, flags.index, count, tokenizer);
    await atomicWriteFile(flags.exportExamples, lines);
    console.log(`${flags.exportExamples}: ${count} examples`);
  },
});

/** `albert data` */
export default defineGroup("Inspect the examples that pretraining reads.", {
  show,
  stats,
  export: exportExamples,
});
