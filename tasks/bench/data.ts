import { Command, EnumType } from "@cliffy/command";
import { figure, printJson, tableLine } from "../../bench/table.ts";
import { DEVICES } from "../cli/options.ts";

const TOKENIZER_WIDTHS = [34, 10, 14, 12];

/** `bench tokenizer`. */
export const tokenizer = new Command()
  .description("Measure encoding, compared with tokenizers of npm and Python.")
  .option("--input <file:string>", "Text to encode. Default: a sample from the vocabulary.")
  .option("--megabytes <n:number>", "Millions of characters to encode.", { default: 1 })
  .option("--rounds <n:integer>", "Number of rounds; the median is reported.", { default: 5 })
  .option("--python <path:string>", "Python interpreter with sentencepiece, to measure it too.")
  .option("--json", "Print one JSON object.")
  .example("With Python", "deno task bench tokenizer --input novel.txt --python python3")
  .action(async ({ input, megabytes, rounds, python, json }) => {
    const { benchTokenizers } = await import("../../bench/tokenizer.ts");
    const results = await benchTokenizers({
      text: input === undefined ? undefined : await Deno.readTextFile(input),
      length: megabytes * 1e6,
      rounds,
      python,
      onProgress: (line) => console.error(line),
    });
    if (json) return printJson({ input: input ?? null, rounds, results });
    console.log(tableLine(["tokenizer", "MB/min", "ours / this", "equal lines"], TOKENIZER_WIDTHS));
    for (const { name, megabytesPerMinute, oursOverThis, equalLines } of results) {
      const equal = equalLines === null ? "" : `${(100 * equalLines).toFixed(2)}%`;
      console.log(
        tableLine(
          [name, megabytesPerMinute, `${oursOverThis.toFixed(2)}x`.padStart(14), equal],
          TOKENIZER_WIDTHS,
        ),
      );
    }
  });

/** `bench load`. */
export const load = new Command()
  .description("Measure loading a model up to its first logits, in a new process.")
  .type("device", new EnumType(DEVICES))
  .option("--device <name:device>", "Device to use.", { default: "auto" as const })
  .option("--config <name:string>", "Preset, or reference.", { default: "albert-base-v2" })
  .option("--rounds <n:integer>", "Number of processes; the median is reported.", { default: 3 })
  .option("--json", "Print one JSON object.")
  .example("On the CPU device", "deno task bench load --device cpu")
  .action(async ({ json, ...options }) => {
    const { benchLoad } = await import("../../bench/load.ts");
    const bench = await benchLoad(options);
    if (json) return printJson(bench);
    const { kind, adapter, config, megabytes, open, load, firstLogits, nextLogits } = bench;
    console.log(
      `${kind}: ${adapter}; ${config}, ${figure(megabytes)} MB\n` +
        `device ${figure(open)} ms; load ${figure(load)} ms, first logits ${
          figure(firstLogits)
        } ms: ${figure(bench.loadToFirstLogits)} ms; next logits ${figure(nextLogits)} ms`,
    );
  });

const PREPARE_WIDTHS = [10, 10, 12, 14];

/** `bench prepare`. */
export const prepare = new Command()
  .description("Measure the memory of prepare for texts of several sizes (Linux).")
  .option("--vocab <file:string>", "SentencePiece model.", { required: true })
  .option("--megabytes <list:string>", "Sizes of the texts in MB.", { default: "50,300" })
  .option("--workers <n:integer>", "Tokenizer threads. Default: one per core.")
  .option("--json", "Print one JSON object.")
  .example(
    "50 MB and 1 GB",
    "deno task bench prepare --vocab spiece.model --megabytes 50,1000",
  )
  .action(async ({ vocab, megabytes, workers, json }) => {
    const { measurePrepareMemory } = await import("../../bench/prepare_memory.ts");
    const results = await measurePrepareMemory({
      vocab,
      megabytes: megabytes.split(",").map(Number),
      workers,
      onProgress: (line) => console.error(line),
    });
    if (json) return printJson({ results });
    console.log(tableLine(["MB", "seconds", "peak MiB", "later MiB"], PREPARE_WIDTHS));
    for (const { megabytes, seconds, peakMebibytes, laterMebibytes } of results) {
      const whole = [seconds, peakMebibytes, laterMebibytes].map(Math.round);
      console.log(tableLine([megabytes, ...whole], PREPARE_WIDTHS));
    }
  });
