import { EnumType } from "@cliffy/command";
import type { ExampleDataset } from "../../src/data/mod.ts";
import { albertCommand } from "./common.ts";

/** The options that decide how examples are made, and where from. */
interface DatasetOptions {
  data: string;
  seed: number;
  maxSeqLength: number;
  pairObjective: "sop" | "nsp" | "none";
  shortSeqProb: number;
  shortSeqPer: "chunk" | "document";
  maskedLmProb: number;
  maxPredictionsPerSeq?: number;
  ngram: number;
  favorShorterNgram: boolean;
  wholeWord: boolean;
  dupeFactor: number;
}

function datasetCommand() {
  return albertCommand()
    .type("pair", new EnumType(["sop", "nsp", "none"] as const))
    .type("per", new EnumType(["chunk", "document"] as const))
    .option("--data <folder:string>", "A folder that albert prepare made.", { required: true })
    .option("--max-seq-length <n:integer>", "Tokens in an example.", { default: 128 })
    .option("--pair-objective <objective:pair>", "Sentence order, next sentence, or none.", {
      default: "sop" as const,
    })
    .option("--short-seq-prob <p:number>", "How often a shorter target is drawn.", { default: 0.1 })
    .option("--short-seq-per <unit:per>", "What it is drawn for; document: the official way.", {
      default: "chunk" as const,
    })
    .option("--masked-lm-prob <p:number>", "Share of tokens to mask.", { default: 0.15 })
    .option("--max-predictions-per-seq <n:integer>", "Most tokens masked in an example.")
    .option("--ngram <n:integer>", "Most words in a masked span.", { default: 3 })
    .option("--favor-shorter-ngram <yes:boolean>", "false: long spans more often than short.", {
      default: true,
    })
    .option("--whole-word <yes:boolean>", "false: mask single pieces.", { default: true })
    .option("--dupe-factor <n:integer>", "Fixed versions of the data; 0 masks anew each epoch.", {
      default: 0,
    });
}

async function openDataset(options: DatasetOptions): Promise<ExampleDataset> {
  const { openShards } = await import("../../src/data/disk/mod.ts");
  const { ExampleDataset, exampleSettings } = await import("../../src/data/mod.ts");
  const { corpus } = await openShards(options.data);
  const { maxPredictionsPerSeq } = options;
  const settings = exampleSettings(options.maxSeqLength, {
    pairObjective: options.pairObjective,
    shortSeqProb: options.shortSeqProb,
    shortSeqPer: options.shortSeqPer,
    maskedLmProb: options.maskedLmProb,
    ...(maxPredictionsPerSeq !== undefined && { maxPredictionsPerSeq }),
    ngram: options.ngram,
    favorShorterNgram: options.favorShorterNgram,
    wholeWordMask: options.wholeWord,
    dupeFactor: options.dupeFactor,
  });
  return new ExampleDataset(corpus, settings, options.seed);
}

const show = datasetCommand()
  .description(
    "Show examples as text: {hidden}, {kept=}, {replaced→by}, one segment a line.\n" +
      "The examples are those that pretraining with the same options reads.",
  )
  .option("--index <n:integer>", "The first example's number.", { default: 0 })
  .option("--count <n:integer>", "How many.", { default: 5 })
  .example("The first example", "albert data show --data runs/data --count 1")
  .action(async (options) => {
    const dataset = await openDataset(options);
    const { exampleAsJson, showExample } = await import("../../src/data/mod.ts");
    const { loadTokenizer } = await import("../../src/text/disk/mod.ts");
    const tokenizer = await loadTokenizer(options.data);
    const color = Deno.stdout.isTerminal() && !Deno.noColor;
    const { mask } = dataset.corpus.vocabulary.special;
    for (let index = options.index; index < options.index + options.count; index++) {
      const example = dataset.exampleAt(index, true);
      console.log(
        options.json
          ? exampleAsJson(index, example, tokenizer)
          : `${showExample(example, tokenizer, mask, color)}\n`,
      );
    }
  });

const stats = datasetCommand()
  .description("Count over many examples: pairs, lengths, spans, masks.")
  .option("--examples <n:integer>", "How many examples to look at.", { default: 20000 })
  .example("Is the data as the paper says?", "albert data stats --data runs/data")
  .action(async (options) => {
    const dataset = await openDataset(options);
    const { describeExamples, exampleStatistics } = await import("../../src/data/mod.ts");
    const statistics = exampleStatistics(dataset, options.examples);
    console.log(options.json ? JSON.stringify(statistics) : describeExamples(statistics));
  });

const exportExamples = datasetCommand()
  .description("Write examples to a file, one JSON object a line.")
  .option("--export-examples <file:string>", "Where to write.", { required: true })
  .option("--index <n:integer>", "The first example's number.", { default: 0 })
  .option("--count <n:integer>", "How many; one epoch if left out.")
  .example(
    "One epoch",
    "albert data export --data runs/data --export-examples runs/examples.jsonl",
  )
  .action(async (options) => {
    const dataset = await openDataset(options);
    const { atomicWriteFile } = await import("../../src/files/mod.ts");
    const { exampleLines } = await import("../../src/data/mod.ts");
    const { loadTokenizer } = await import("../../src/text/disk/mod.ts");
    const tokenizer = await loadTokenizer(options.data);
    const count = options.count ?? dataset.examplesInEpoch(0);
    const lines = exampleLines(dataset, options.index, count, tokenizer);
    await atomicWriteFile(options.exportExamples, lines);
    console.log(`${options.exportExamples}: ${count} examples`);
  });

/** `albert data`: look at what pretraining reads. */
export default albertCommand()
  .description("Look at the examples that pretraining reads.")
  .command("show", show)
  .command("stats", stats)
  .command("export", exportExamples);
