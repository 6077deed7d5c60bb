import { Command } from "@cliffy/command";
import { tableLine } from "../../bench/table.ts";

const WIDTHS = [34, 10, 14, 12];

/** `bench tokenizer` */
export default new Command()
  .description("Text to ids, beside npm's and Python's tokenizers: the same vocabulary and lines.")
  .option(
    "--input <file:string>",
    "A text to encode; without it, text is drawn from the vocabulary.",
  )
  .option("--megabytes <n:number>", "How much of it, in millions of characters.", { default: 1 })
  .option("--rounds <n:integer>", "Rounds; the median counts.", { default: 5 })
  .option("--python <path:string>", "A Python with sentencepiece, to be measured too.")
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
    if (json) {
      console.log(
        JSON.stringify({ deno: Deno.version.deno, input: input ?? null, rounds, results }, null, 2),
      );
      return;
    }
    console.log(tableLine(["tokenizer", "MB/min", "ours / this", "equal lines"], WIDTHS));
    for (const { name, megabytesPerMinute, oursOverThis, equalLines } of results) {
      const equal = equalLines === null ? "" : `${(100 * equalLines).toFixed(2)}%`;
      console.log(
        tableLine(
          [name, megabytesPerMinute, `${oursOverThis.toFixed(2)}x`.padStart(14), equal],
          WIDTHS,
        ),
      );
    }
  });
