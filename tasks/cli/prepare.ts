import type { DetectedFormat, ReadOptions } from "../../src/data/mod.ts";
import { TEXT_FORMATS } from "../../src/data/readers/format.ts";
import { formatCount } from "../../src/json/mod.ts";
import { defineCommand } from "./command.ts";
import { UsageError } from "./errors.ts";
import { onInterrupt } from "./interrupt.ts";
import { type OptionTable, THREADS } from "./options.ts";
import { createProgress, logTo, printNotice, type Progress } from "./progress.ts";

/** Options of the commands that read text. */
export const TEXT_OPTIONS = {
  "--format <name>": {
    kind: ["auto", ...TEXT_FORMATS],
    help: "How documents are separated; gzip and zstd are detected automatically.",
    default: "auto",
  },
  "--text-field <name>": {
    kind: "string",
    help: "Field or column of JSON, CSV, TSV and Parquet that contains the text.",
    default: "text",
  },
} as const satisfies OptionTable;

/** Length of the examples in report.html, short enough for small data. */
const COUNTED_LENGTH = 128;
/** Number of examples in report.html, enough for two significant digits in about a second. */
const COUNTED_EXAMPLES = 2000;

/** `albert prepare` */
export default defineCommand({
  description: "Tokenize text into shards for pretraining.\n" +
    "If it is interrupted, run the same command again to continue.",
  options: {
    "--input <path...>": {
      kind: "strings",
      help: "Text files, folders or glob patterns; - reads standard input.",
      required: true,
    },
    "--vocab <path>": {
      kind: "string",
      help:
        "spiece.model, tokenizer.json, vocab.txt, a folder with one of them, or hf:OWNER/NAME. " +
        "Not needed with --dry-run.",
      defaultText: "required",
    },
    "--output <folder>": {
      kind: "string",
      help: "Folder for the shards. Not needed with --dry-run.",
      defaultText: "required",
    },
    ...TEXT_OPTIONS,
    "--keep-duplicates": { kind: "switch", help: "Keep exact copies of earlier documents." },
    "--validation-fraction <x>": {
      kind: "number",
      help: "Fraction of the tokens in the validation set, in whole documents.",
      range: [0],
      below: 1,
      default: 0,
    },
    "--shard-tokens <n>": {
      kind: "integer",
      help: "Tokens per shard.",
      range: [1],
      default: 4194304,
    },
    "--workers <n>": {
      kind: "integer",
      help: "Threads that tokenize.",
      range: THREADS,
      defaultText: "one per core",
    },
    "--stats": {
      kind: "switch",
      help: "Print statistics and write histograms of lengths and masks to report.html.",
    },
    "--overwrite": { kind: "switch", help: "Replace prepared data in the output folder." },
    "--dry-run": {
      kind: "switch",
      help: "Show format, number of documents and first sentences of each file; write nothing.",
    },
  },
  examples: {
    "A folder of books":
      "albert prepare --input 'books/*.txt' --vocab runs/vocabulary --output runs/data --stats",
  },
  action: async (flags) => {
    if (flags.dryRun) return await preview(flags);
    const { vocab, output } = flags;
    if (vocab === undefined) throw new UsageError("--vocab is required without --dry-run");
    if (output === undefined) throw new UsageError("--output is required without --dry-run");
    const { prepare } = await import("../../src/data/disk/mod.ts");
    const { openVocabulary } = await import("./open_checkpoint.ts");
    const { describeData } = await import("../../src/data/mod.ts");
    let progress: Progress | undefined;
    const stop = new AbortController();
    const release = onInterrupt(() => stop.abort(new Error("Stopped")));
    try {
      const tokenizer = await openVocabulary(vocab, flags);
      tokenizer.unwritten.forEach(logTo(flags));
      const seen = new Set<string>();
      const { index, documentsResumed, formats, emptyFiles } = await prepare({
        inputs: flags.input,
        tokenizer,
        output,
        format: flags.format,
        textField: flags.textField,
        deduplicate: !flags.keepDuplicates,
        validationFraction: flags.validationFraction,
        shardTokens: flags.shardTokens,
        workers: flags.workers,
        overwrite: flags.overwrite,
        signal: stop.signal,
        onFormat: (detected, name) => {
          if (seen.has(detected.format)) return;
          seen.add(detected.format);
          progress?.log(`Format of ${name}: ${describeFormat(detected)}`);
        },
        onProgress: ({ bytesRead, bytesTotal, documents, tokens }) => {
          progress ??= createProgress({
            title: "preparing",
            total: bytesTotal === 0 ? undefined : bytesTotal,
            unit: "byte",
            quiet: flags.quiet,
          });
          progress.update(
            bytesRead,
            `${formatCount(documents, "document")}, ${formatCount(tokens, "token")}`,
          );
        },
      });
      if (documentsResumed > 0) {
        progress?.log(`Resumed after ${formatCount(documentsResumed, "document")}`);
      }
      if (emptyFiles.length > 0) {
        progress?.log(
          `Left out ${formatCount(emptyFiles.length, "file")} without text, such as ${
            emptyFiles[0]
          }`,
        );
      }
      const tokens = index.shards.reduce((sum, shard) => sum + shard.tokens, 0);
      const { duplicateDocuments } = index.report;
      const equal = duplicateDocuments > 0
        ? `; skipped ${formatCount(duplicateDocuments, "duplicate document")}`
        : "";
      progress?.end(
        `${output}: ${formatCount(index.shards.length, "shard")}, ${
          formatCount(tokens, "token")
        }${equal}`,
      );
      if (flags.json) {
        const { shards, report, fingerprint } = index;
        console.log(JSON.stringify({ output, fingerprint, formats, emptyFiles, shards, report }));
      } else if (flags.stats) console.log(describeData(index));
      if (flags.stats) {
        const path = await writeDataReport(output, flags.seed);
        if (!flags.quiet) printNotice(`Wrote histograms to ${path}`);
      }
    } finally {
      release();
    }
  },
});

function describeFormat({ format, wrapped, maybeLines }: DetectedFormat): string {
  if (maybeLines) return `${format} (if each line is a document, use --format lines)`;
  return wrapped && format === "paragraphs" ? `${format}, lines joined` : format;
}

/** Shows how each file would be read. */
async function preview(
  flags: { input: string[]; format: ReadOptions["format"]; textField: string; json?: boolean },
): Promise<void> {
  const { expandInputs, previewFile } = await import("../../src/data/disk/mod.ts");
  const empty: string[] = [];
  const files = [];
  for (const path of await expandInputs(flags.input, (path) => empty.push(path))) {
    const file = await previewFile(path, flags);
    files.push(file);
    if (flags.json) continue;
    const { format, documents, emptyDocuments, sentences, first } = file;
    if (format === null) empty.push(path);
    else {
      const without = emptyDocuments > 0 ? `, ${emptyDocuments} without text` : "";
      console.log(
        `${path}: ${describeFormat(format)}; ${formatCount(documents, "document")}${without}, ` +
          formatCount(sentences, "sentence"),
      );
      for (const sentence of first) console.log(`  ${shorten(sentence)}`);
    }
  }
  if (flags.json) {
    const totals = files.filter(({ format }) => format !== null)
      .map(({ format, ...file }) => ({ ...file, ...format }));
    const emptyFiles = [
      ...empty,
      ...files.filter(({ format }) => format === null).map(({ path }) => path),
    ];
    console.log(JSON.stringify({ files: totals, emptyFiles }));
  } else for (const path of empty) console.log(`${path}: no text; left out`);
}

/** The start of a long sentence. */
function shorten(sentence: string): string {
  const most = 160;
  return sentence.length > most ? `${sentence.slice(0, most).trimEnd()} …` : sentence;
}

/** Writes `report.html` next to the shards; returns its path. */
async function writeDataReport(folder: string, seed: number): Promise<string> {
  const { openShards } = await import("../../src/data/disk/mod.ts");
  const { ExampleDataset, exampleSettings, exampleStatistics } = await import(
    "../../src/data/mod.ts"
  );
  const { atomicWriteFile } = await import("../../src/files/mod.ts");
  const { dataPage, runName } = await import("../../src/report/mod.ts");
  const { corpus, index } = await openShards(folder);
  const settings = exampleSettings(COUNTED_LENGTH);
  const dataset = new ExampleDataset(corpus, settings, seed);
  const counted = Math.min(COUNTED_EXAMPLES, dataset.examplesInEpoch(0));
  const examples = counted === 0 ? null : {
    statistics: exampleStatistics(dataset, counted),
    maxSeqLength: COUNTED_LENGTH,
  };
  const path = `${folder.replace(/[/\\]+$/, "")}/report.html`;
  await atomicWriteFile(path, dataPage(runName(folder), index, examples));
  return path;
}
