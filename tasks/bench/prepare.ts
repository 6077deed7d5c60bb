import { Command } from "@cliffy/command";
import { tableLine } from "../../bench/table.ts";

const WIDTHS = [10, 10, 12, 14];

/** `bench prepare` */
export default new Command()
  .description("Memory of prepare for texts of several sizes, through standard input (Linux).")
  .option("--vocab <file:string>", "A spiece.model.", { required: true })
  .option("--megabytes <list:string>", "Sizes of the texts.", { default: "50,300" })
  .option("--workers <n:integer>", "Threads that tokenize; one a core if left out.")
  .option("--json", "Print one JSON object.")
  .example(
    "Fifty megabytes and a gigabyte",
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
    if (json) {
      return void console.log(JSON.stringify({ deno: Deno.version.deno, results }, null, 2));
    }
    console.log(tableLine(["MB", "seconds", "peak MiB", "later MiB"], WIDTHS));
    for (const { megabytes, seconds, peakMebibytes, laterMebibytes } of results) {
      const whole = [seconds, peakMebibytes, laterMebibytes].map(Math.round);
      console.log(tableLine([megabytes, ...whole], WIDTHS));
    }
  });
