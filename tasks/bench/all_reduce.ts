import { Command, EnumType } from "@cliffy/command";
import type { AllReduceBench } from "../../bench/all_reduce/all_reduce.ts";
import { tableLine } from "../../bench/table.ts";
import { DEVICES } from "../cli/common.ts";
import { inProcessGroup } from "../cli/ranks.ts";

const WIDTHS = [26, 11, 4, 8, 10, 9, 9, 9, 10];

/** `bench all-reduce` */
export default new Command()
  .description(
    "What adding up gradients costs, ALBERT beside BERT of the same depth and width.\nStart it under mpirun; by itself it shows what a single process does.",
  )
  .type("device", new EnumType(DEVICES))
  .option("--device <name:device>", "What to compute on.", { default: "cpu" as const })
  .option("--config <name...:string>", "Presets whose steps are timed (nano).", {
    default: ["nano"],
  })
  .option("--reduce-only <name...:string>", "Presets of which only the all-reduce is timed.")
  .option("--batch-size <n:integer>", "Examples of a step, all processes together.", {
    default: 16,
  })
  .option("--max-seq-length <n:integer>", "Tokens of an example.", { default: 64 })
  .option("--steps <n:integer>", "Steps that are timed.", { default: 9 })
  .option("--json", "Print one JSON object.")
  .example("Two processes", "mpirun -n 2 deno task bench all-reduce")
  .action(async ({ config, reduceOnly, batchSize, maxSeqLength, json, ...options }) => {
    const { benchAllReduce } = await import("../../bench/all_reduce/all_reduce.ts");
    await inProcessGroup(async (group) => {
      const bench = await benchAllReduce(group, {
        ...options,
        trained: config,
        reduced: reduceOnly ?? [],
        batch: batchSize,
        sequence: maxSeqLength,
      });
      if (group.rank > 0) return;
      if (json) console.log(JSON.stringify({ deno: Deno.version.deno, ...bench }, null, 2));
      else for (const line of report(bench)) console.log(line);
    });
  });

function report({ rows, ...bench }: AllReduceBench): string[] {
  const head = [
    "model",
    "parameters",
    "type",
    "MB",
    "all-reduce",
    "model",
    "step ms",
    "share",
    "tokens/s",
  ];
  return [
    tableLine(head, WIDTHS),
    ...rows.map((row) => {
      const { stepMilliseconds: step, allReduceMilliseconds: reduce } = row;
      return tableLine([
        row.model,
        row.parameters.toLocaleString("en").padStart(WIDTHS[1]),
        row.allReduce,
        row.bytes / 1e6,
        reduce,
        row.predictedMilliseconds ?? "",
        step ?? "",
        step === undefined ? "" : `${Math.round(100 * reduce / step)}%`.padStart(WIDTHS[7]),
        row.tokensPerSecond ?? "",
      ], WIDTHS);
    }),
    `${bench.ranks} ranks ${bench.library}; ${bench.adapter}; batch ${bench.batch}, sequence ${bench.sequence}`,
  ];
}
