import { Command, EnumType } from "@cliffy/command";
import type { StepBench } from "../../bench/step/step.ts";
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
  .type("recompute", new EnumType(["layers", "attention", "none"] as const))
  .option("--recompute <what:recompute>", "Computed twice to need less memory (none).")
  .type("precision", new EnumType(["f32", "f16"] as const))
  .option("--precision <name:precision>", "Matrix products in f32 or, on webgpu, f16 (f32).")
  .option("--steps <n:integer>", "Steps that are timed.", { default: 5 })
  .option("--blas <library:string>", "Products of the CPU device: none, auto or a path.")
  .option(
    "--against-pytorch <python:string>",
    "A Python with PyTorch, whose steps alternate with ours.",
  )
  .option("--json", "Print one JSON object.")
  .example("The CPU device", "deno task bench step --device cpu")
  .action(async ({ batchSize, maxSeqLength, againstPytorch, json, ...options }) => {
    const { benchStep } = await import("../../bench/step/step.ts");
    const bench = await benchStep({
      ...options,
      batch: batchSize,
      sequence: maxSeqLength,
      pytorch: againstPytorch,
    });
    if (json) console.log(JSON.stringify({ deno: Deno.version.deno, ...bench }, null, 2));
    else for (const line of report(bench)) console.log(line);
  });

function report(bench: StepBench): string[] {
  const total = bench.kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const lines = [
    tableLine(["kernel", "variant", "calls", "ms", "share", "GFLOP/s", "GB/s"], WIDTHS),
  ];
  for (const { kernel, variant, calls, milliseconds, flops, bytes } of bench.kernels) {
    lines.push(tableLine([
      kernel,
      variant,
      String(calls).padStart(WIDTHS[2]),
      milliseconds,
      percent(milliseconds / total).padStart(WIDTHS[4]),
      flops / milliseconds / 1e6,
      bytes / milliseconds / 1e6,
    ], WIDTHS));
  }
  const { data, forward, backward, optimizer, readback } = bench.phases;
  lines.push(
    `${bench.kind}: ${bench.adapter}; ${bench.config}, batch ${bench.batch}, sequence ${bench.sequence}`,
    `step      ${figure(bench.milliseconds)} ms, ${figure(bench.tokensPerSecond)} tokens/s, ${
      figure(bench.gigaflopsPerSecond)
    } GFLOP/s`,
    `phases    data ${figure(data)}, forward ${figure(forward)}, backward ${
      figure(backward)
    }, optimizer ${figure(optimizer)}, readback ${figure(readback)} ms`,
    `host      ${figure(bench.hostMilliseconds)} ms for ${bench.runs} runs (${
      percent(bench.hostMilliseconds / bench.milliseconds)
    })`,
    `kernels   ${percent(bench.otherShare)} outside matrix products and attention`,
    `memory    ${mebibytes(bench.peakBytes)} at the peak, ${mebibytes(bench.plannedBytes)} planned`,
  );
  const { pytorch } = bench;
  if (pytorch !== undefined) {
    lines.push(
      `PyTorch   ${figure(pytorch.milliseconds)} ms: ours takes ${figure(pytorch.timeRatio)} × ` +
        `its time and ${figure(pytorch.memoryRatio)} × its ${
          mebibytes(pytorch.peakBytes)
        } (${pytorch.label})`,
    );
    const { transformersMemoryRatio: ratio } = pytorch;
    if (ratio !== undefined) lines.push(`          ${figure(ratio)} × transformers' memory`);
  }
  return lines;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;
}

function mebibytes(bytes: number): string {
  return `${figure(bytes / 2 ** 20)} MiB`;
}
