import { EnumType } from "@cliffy/command";
import { albertCommand } from "./common.ts";
import { onInterrupt } from "./interrupt.ts";
import { createProgress, type Progress } from "./progress.ts";

const FORMATS = ["auto", "paragraphs", "sentences", "wikiextractor", "wikitext", "jsonl"] as const;

/** `albert prepare`: text files in, a folder of token shards out. */
export default albertCommand()
  .description(
    "Turn text into shards of token ids for pretraining.\n" +
      "Killed or stopped, the same command goes on where it was.",
  )
  .type("format", new EnumType(FORMATS))
  .option("--input <glob...:string>", "Files, folders, patterns, or - for standard input.", {
    required: true,
  })
  .option("--vocab <path:string>", "spiece.model, tokenizer.json, vocab.txt, or their folder.", {
    required: true,
  })
  .option("--output <folder:string>", "Where the shards go.", { required: true })
  .option("--format <format:format>", "How documents are marked; gzip is recognized by itself.", {
    default: "auto" as const,
  })
  .option("--text-field <name:string>", "Field with the text in JSON lines.", { default: "text" })
  .option("--keep-duplicates", "Keep documents that are equal to an earlier one.")
  .option("--validation-fraction <share:number>", "Share of tokens that training holds out.", {
    default: 0,
  })
  .option("--shard-tokens <n:integer>", "Tokens a shard.", { default: 4194304 })
  .option("--workers <n:integer>", "Threads that tokenize; one a core if left out.")
  .option("--stats", "Print what the data holds; draw lengths and masks in report.html.")
  .option("--overwrite", "Replace prepared data in the output folder.")
  .example(
    "Prepare a folder of books",
    "albert prepare --input 'books/*.txt' --vocab runs/vocabulary --output runs/data --stats",
  )
  .action(async (options) => {
    const { prepare } = await import("../../src/data/disk/mod.ts");
    const { loadTokenizer } = await import("../../src/text/disk/mod.ts");
    const { describeData } = await import("../../src/data/mod.ts");
    let progress: Progress | undefined;
    const stop = new AbortController();
    const release = onInterrupt(() => stop.abort(new Error("Stopped")));
    try {
      const { index, documentsResumed } = await prepare({
        inputs: options.input,
        tokenizer: await loadTokenizer(options.vocab),
        output: options.output,
        format: options.format,
        textField: options.textField,
        deduplicate: !options.keepDuplicates,
        validationFraction: options.validationFraction,
        shardTokens: options.shardTokens,
        workers: options.workers,
        overwrite: options.overwrite,
        signal: stop.signal,
        onProgress: ({ bytesRead, bytesTotal, documents, tokens }) => {
          progress ??= createProgress({
            title: "preparing",
            total: bytesTotal === 0 ? undefined : bytesTotal,
            unit: "byte",
            quiet: options.quiet,
          });
          progress.update(bytesRead, `${count(documents, "document")}, ${tokens} tokens`);
        },
      });
      if (documentsResumed > 0) progress?.say(`${documentsResumed} documents were done before`);
      const tokens = index.shards.reduce((sum, shard) => sum + shard.tokens, 0);
      const { duplicateDocuments } = index.report;
      const equal = duplicateDocuments > 0
        ? `; ${count(duplicateDocuments, "document")} equal to an earlier one left out`
        : "";
      progress?.end(
        `${options.output}: ${count(index.shards.length, "shard")}, ${
          tokens.toLocaleString("en")
        } tokens${equal}`,
      );
      if (options.json) {
        const { shards, report, fingerprint } = index;
        console.log(JSON.stringify({ output: options.output, fingerprint, shards, report }));
      } else if (options.stats) console.log(describeData(index));
      if (options.stats) {
        const { writeDataReport } = await import("./report/data.ts");
        const path = await writeDataReport(options.output, options.seed);
        if (!options.quiet) console.error(`histograms are drawn in ${path}`);
      }
    } finally {
      release();
    }
  });

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
