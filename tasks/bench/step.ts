import { Command, EnumType } from "@cliffy/command";
import { figure, tableLine } from "../../bench/table.ts";
import { DEVICES } from "../cli/common.ts";

const WIDTHS = [32, 28, 6, 9, 7, 9, 9];

/** `bench step` */
export default new Command()
  .description("One pretraining step: time, tokens/s, memory, and where the time goes.")
  .type("device", new EnumType(DEVICES))
  .option("--device <name:device>", "What to compute on.", { default: "auto" as const })
  .option(
    "--config <name:string>",
    "A preset, or reference: E 128, H 256, 4 heads, 4 layers, FFN 1024, 30,000 pieces.",
    { default: "reference" },
  )
  .option("--batch-size <n:integer>", "Examples of a step.", { default: 16 })
  .option("--max-seq-length <n:integer>", "Tokens of an example.", { default: 128 })
  .option("--steps <n:integer>", "Steps that are timed.", { default: 5 })
  .option("--json", "Print one JSON object.")
  .example("The CPU device", "deno task bench step --device cpu")
  .action(async ({ device, config, batchSize, maxSeqLength, steps, json }) => {
    const { benchStep } = await import("../../bench/step.ts");
    const bench = await benchStep({
      ...{ device, config, steps },
      batch: batchSize,
      sequence: maxSeqLength,
    });
    if (json) {
      console.log(JSON.stringify({ deno: Deno.version.deno, ...bench }, null, 2));
      return;
    }
    const total = bench.kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    console.log(
      tableLine(["kernel", "variant", "calls", "ms", "share", "GFLOP/s", "GB/s"], WIDTHS),
    );
    for (const { kernel, variant, calls, milliseconds, flops, bytes } of bench.kernels) {
      console.log(tableLine([
        kernel,
        variant,
        String(calls).padStart(WIDTHS[2]),
        milliseconds,
        `${Math.round(100 * milliseconds / total)}%`.padStart(WIDTHS[4]),
        flops / milliseconds / 1e6,
        bytes / milliseconds / 1e6,
      ], WIDTHS));
    }
    console.log(
      `${bench.kind}: ${bench.adapter}; ${bench.config}, batch ${batchSize}, sequence ${maxSeqLength}: ${
        figure(bench.milliseconds)
      } ms a step (${figure(bench.recordMilliseconds)} to record ${bench.runs} runs), ${
        figure(bench.tokensPerSecond)
      } tokens/s, ${figure(bench.gigaflopsPerSecond)} GFLOP/s, ${
        figure(bench.peakBytes / 2 ** 20)
      } MiB at the peak`,
    );
  });
