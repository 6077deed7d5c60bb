import { Command, EnumType } from "@cliffy/command";
import type { AllReduceBench } from "../../bench/all_reduce.ts";
import type { StepBench, StepBenchOptions } from "../../bench/step/step.ts";
import { figure, printJson, tableLine } from "../../bench/table.ts";
import { DEVICES } from "../cli/options.ts";
import { createProgress } from "../cli/progress.ts";
import { inProcessGroup } from "../cli/ranks.ts";
import { prepareConfig } from "../launch/config.ts";

const STEP_WIDTHS = [32, 28, 6, 9, 7, 9, 9];

/** `bench step`. */
export const step = new Command()
  .description("Measure a pretraining step: time, tokens/s, memory, and the time of each kernel.")
  .type("device", new EnumType(DEVICES))
  .option("--device <name:device>", "Device to use.", { default: "auto" as const })
  .option(
    "--config <name:string>",
    "Preset, or reference: E 128, H 256, 4 heads, 4 layers, FFN 1024, 30,000 pieces.",
    { default: "reference" },
  )
  .option("--batch-size <n:integer>", "Examples per step.", { default: 16 })
  .option("--max-seq-length <n:integer>", "Tokens per example.", { default: 128 })
  .type("recompute", new EnumType(["layers", "attention", "none"] as const))
  .option(
    "--recompute <what:recompute>",
    "Activations to recompute in the backward pass to save memory.",
  )
  .type("precision", new EnumType(["f32", "f16"] as const))
  .option(
    "--precision <name:precision>",
    "Precision of matrix multiplications; f16 requires webgpu.",
  )
  .option("--steps <n:integer>", "Number of measurements.", { default: 5 })
  .option(
    "--pipelined <n:integer>",
    "Steps of a measurement, which ends with one wait (default: 10 on GPUs, else 1).",
  )
  .option("--warm-up <n:integer>", "Steps before the first measurement (default: as many).")
  .option("--blas <library:string>", "Matmul library of the CPU device: none, auto or a path.")
  .option(
    "--against-pytorch <python:string>",
    "Python interpreter with PyTorch, whose steps alternate with ours; on CUDA also with TF32 and bf16.",
  )
  .option("--tuned", "Use the variants that albert tune has measured to be the fastest.")
  .option("--json", "Print one JSON object.")
  .example("On the CPU device", "deno task bench step --device cpu")
  .action(async ({ batchSize, maxSeqLength, againstPytorch, tuned, json, ...options }) => {
    const { benchStep } = await import("../../bench/step/step.ts");
    const bench = await benchStep({
      ...options,
      ...(tuned && await tunedVariants()),
      batch: batchSize,
      sequence: maxSeqLength,
      pytorch: againstPytorch,
    });
    if (json) printJson(bench);
    else for (const line of stepReport(bench)) console.log(line);
  });

/** Variants from the tuning cache. */
async function tunedVariants(): Promise<Pick<StepBenchOptions, "variants">> {
  const { Tuner } = await import("../../src/device/mod.ts");
  const { openTuningCache } = await import("../cli/training_device.ts");
  const tuner = new Tuner();
  const { variantOf, choiceVersion } = tuner;
  return {
    variants: {
      ...{ variantOf, choiceVersion },
      start: async (device) => {
        const known = await openTuningCache(device).read((line) => console.error(line));
        tuner.start(device, known);
      },
    },
  };
}

function stepReport(bench: StepBench): string[] {
  const total = bench.kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const lines = [
    tableLine(["kernel", "variant", "calls", "ms", "share", "GFLOP/s", "GB/s"], STEP_WIDTHS),
  ];
  for (const { kernel, variant, calls, milliseconds, flops, bytes } of bench.kernels) {
    lines.push(tableLine([
      kernel,
      variant,
      String(calls).padStart(STEP_WIDTHS[2]),
      milliseconds,
      percent(milliseconds / total).padStart(STEP_WIDTHS[4]),
      flops / milliseconds / 1e6,
      bytes / milliseconds / 1e6,
    ], STEP_WIDTHS));
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
    `kernels   ${percent(bench.otherShare)} outside matmul and attention`,
    `memory    ${mebibytes(bench.peakBytes)} peak, ${mebibytes(bench.plannedBytes)} planned`,
  );
  const { pytorch } = bench;
  if (pytorch !== undefined) {
    lines.push(
      `PyTorch   ${figure(pytorch.milliseconds)} ms in float32: ours takes ${
        figure(pytorch.timeRatio)
      } × ` +
        `its time and ${figure(pytorch.memoryRatio)} × its ${
          mebibytes(pytorch.peakBytes)
        } (${pytorch.label})`,
    );
    for (const { mode, milliseconds, timeRatio } of pytorch.modes) {
      if (mode === "f32") continue;
      const name = mode === "tf32" ? "with TF32" : "with bf16 autocast";
      lines.push(`          ${figure(milliseconds)} ms ${name}: ours takes ${figure(timeRatio)} ×`);
    }
    const { transformersMemoryRatio: ratio } = pytorch;
    if (ratio !== undefined) lines.push(`          ${figure(ratio)} × Transformers' memory`);
  }
  return lines;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;
}

function mebibytes(bytes: number): string {
  return `${figure(bytes / 2 ** 20)} MiB`;
}

/** `bench browser`. */
export const browser = new Command()
  .description("Compare a training step with jax-js in headless Chromium.")
  .type("backend", new EnumType(["cpu", "webgpu"] as const))
  .option("--device <name:backend>", "Device of both libraries.", { default: "cpu" as const })
  .option("--rounds <n:integer>", "Measurements of each library, which alternate.", { default: 7 })
  .option("--steps <n:integer>", "Steps of a measurement.", { default: 10 })
  .option("--chromium <path:string>", "Chromium to use.", { default: "chromium" })
  .option("--json", "Print one JSON object.")
  .example("On a software adapter", "deno task bench browser --device webgpu --steps 2")
  .action(async ({ device, rounds, steps, chromium, json }) => {
    const { benchBrowser } = await import("../../bench/browser/mod.ts");
    const { flags } = await prepareConfig(console.error);
    const bench = await benchBrowser({ backend: device, rounds, steps, chromium, flags });
    if (json) return printJson(bench);
    for (const { label, tokensPerSecond, losses } of bench.libraries) {
      console.log(
        `${label}: ${figure(tokensPerSecond)} tokens/s, loss ${losses.map(figure).join(" to ")}`,
      );
    }
    console.log(`Ours relative to jax-js: ${figure(bench.ratio)}×, in ${bench.browser}`);
  });

const GROWTH_WIDTHS = [12, 10, 10, 10, 12, 12];

/** `bench growth`. */
export const growth = new Command()
  .description("Measure how a step grows with layers, width, length, batch and vocabulary.")
  .type("device", new EnumType(DEVICES))
  .option("--device <name:device>", "Device to use.", { default: "auto" as const })
  .option("--most <n:integer>", "Measure only the first N sizes of each curve.")
  .option("--svg <file:string>", "Draw the curves.")
  .option("--json", "Print one JSON object.")
  .example("With a drawing", "deno task bench growth --svg growth.svg")
  .action(async ({ device, most, svg, json }) => {
    const { benchGrowth } = await import("../../bench/growth.ts");
    const progress = createProgress({ title: "measuring", unit: "step", quiet: json });
    let count = 0;
    const bench = await benchGrowth({
      device,
      most,
      onPoint: (axis, value) => progress.update(count++, `${axis} ${value}`),
    });
    progress.end();
    if (svg !== undefined) {
      const { drawGrowth } = await import("../../bench/growth.ts");
      await Deno.writeTextFile(svg, drawGrowth(bench));
    }
    if (json) return printJson(bench);
    console.log(tableLine(["", "value", "ms", "MiB", "least ms", "least MiB"], GROWTH_WIDTHS));
    for (const { axis, points, ...slopes } of bench.curves) {
      for (const { value, milliseconds, bytes, leastMilliseconds, leastBytes } of points) {
        console.log(tableLine(
          [axis, value, milliseconds, bytes / 2 ** 20, leastMilliseconds, leastBytes / 2 ** 20],
          GROWTH_WIDTHS,
        ));
      }
      const { timeSlope, memorySlope, leastTimeSlope, leastMemorySlope } = slopes;
      console.log(
        tableLine(
          ["", "exponent", timeSlope, memorySlope, leastTimeSlope, leastMemorySlope],
          GROWTH_WIDTHS,
        ),
      );
    }
    console.log(`${bench.kind}: ${bench.adapter}`);
    for (const line of bench.faster) console.log(`faster than its lower bound: ${line}`);
    if (bench.faster.length === 0) console.log("no curve grows faster than its lower bound");
  });

const ALL_REDUCE_WIDTHS = [26, 11, 4, 8, 10, 9, 9, 9, 10];

/** `bench all-reduce`. */
export const allReduce = new Command()
  .description(
    "Measure the all-reduce of gradients for ALBERT, and for BERT of the same depth and width.\nRun it under mpirun.",
  )
  .type("device", new EnumType(DEVICES))
  .option("--device <name:device>", "Device to use.", { default: "cpu" as const })
  .option("--config <name:string>", "Preset whose steps are measured. Can be repeated.", {
    collect: true,
    defaultText: "nano",
  })
  .option(
    "--reduce-only <name:string>",
    "Preset of which only the all-reduce is measured. Can be repeated.",
    { collect: true },
  )
  .option("--batch-size <n:integer>", "Examples per step over all processes.", {
    default: 16,
  })
  .option("--max-seq-length <n:integer>", "Tokens per example.", { default: 64 })
  .option("--steps <n:integer>", "Number of measured steps.", { default: 9 })
  .option("--json", "Print one JSON object.")
  .example("Two processes", "mpirun -n 2 deno task bench all-reduce")
  .action(async ({ config, reduceOnly, batchSize, maxSeqLength, json, ...options }) => {
    const { benchAllReduce } = await import("../../bench/all_reduce.ts");
    await inProcessGroup(async (group) => {
      const bench = await benchAllReduce(group, {
        ...options,
        trained: config ?? ["nano"],
        reduced: reduceOnly ?? [],
        batch: batchSize,
        sequence: maxSeqLength,
      });
      if (group.rank > 0) return;
      if (json) printJson(bench);
      else for (const line of allReduceReport(bench)) console.log(line);
    });
  });

function allReduceReport({ rows, ...bench }: AllReduceBench): string[] {
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
    tableLine(head, ALL_REDUCE_WIDTHS),
    ...rows.map((row) => {
      const { stepMilliseconds: step, allReduceMilliseconds: reduce } = row;
      return tableLine([
        row.model,
        row.parameters.toLocaleString("en").padStart(ALL_REDUCE_WIDTHS[1]),
        row.allReduce,
        row.bytes / 1e6,
        reduce,
        row.predictedMilliseconds ?? "",
        step ?? "",
        step === undefined
          ? ""
          : `${Math.round(100 * reduce / step)}%`.padStart(ALL_REDUCE_WIDTHS[7]),
        row.tokensPerSecond ?? "",
      ], ALL_REDUCE_WIDTHS);
    }),
    `${bench.ranks} ranks ${bench.library}; ${bench.adapter}; batch ${bench.batch}, sequence ${bench.sequence}`,
  ];
}
