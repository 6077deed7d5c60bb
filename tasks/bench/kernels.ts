import { Command, EnumType } from "@cliffy/command";
import type { KernelBench, KernelResult } from "../../bench/kernels/kernels.ts";
import { figure, printJson, tableLine } from "../../bench/table.ts";
import { DEVICES } from "../cli/options.ts";
import { createProgress } from "../cli/progress.ts";

const KERNELS_WIDTHS = [32, 50, 26, 9, 9, 9, 6];

/** `bench kernels`. */
export const kernels = new Command()
  .description("Measure kernels and variants at real sizes: GFLOP/s, GB/s, share of the ceiling.")
  .type("device", new EnumType(DEVICES))
  .option("--device <name:device>", "Device to use.", { default: "auto" as const })
  .option("--only <text:string>", "Measure the kernels whose name contains this text.")
  .option(
    "--config <name:string>",
    "Use the sizes of a training step: nano, gpu-day, albert-base-v2, albert-xxlarge-v2.",
  )
  .option("--batch-size <n:integer>", "Examples per step.", { default: 8 })
  .option("--max-seq-length <n:integer>", "Tokens per example.", { default: 128 })
  .option("--chosen", "Measure only the default variants of the device.")
  .option("--svg <file:string>", "Draw a roofline plot.")
  .option("--json", "Print one JSON object.")
  .example("Matrix multiplication", "deno task bench kernels --only matmul")
  .example("Roofline", "deno task bench kernels --config nano --chosen --svg roofline.svg")
  .action(async ({ device, only, config, batchSize, maxSeqLength, chosen, svg, json }) => {
    const { benchKernels } = await import("../../bench/kernels/kernels.ts");
    const cases = config === undefined ? undefined : await casesOf(config, batchSize, maxSeqLength);
    const progress = createProgress({ title: "measuring", unit: "kernel", quiet: json });
    let count = 0;
    const bench = await benchKernels({
      device,
      only,
      cases,
      chosenOnly: chosen,
      onKernel: (name) => progress.update(count++, name),
    });
    progress.end();
    if (svg !== undefined) {
      const { drawRoofline } = await import("../../bench/kernels/kernels.ts");
      await Deno.writeTextFile(svg, drawRoofline(bench));
    }
    if (json) return printJson(bench);
    const heads = ["kernel", "size", "variant", "ms", "GFLOP/s", "GB/s", "share"];
    console.log(tableLine(heads, KERNELS_WIDTHS));
    for (const result of bench.results) console.log(line(result));
    console.log(`${bench.kind}: ${bench.adapter}; at most ${ceilingText(bench.ceilings)}`);
  });

async function casesOf(config: string, batch: number, sequence: number) {
  const { capturedCases } = await import("../../bench/kernels/captured_cases.ts");
  const { benchConfig } = await import("../../bench/workload.ts");
  const { usualPredictions } = await import("../../bench/step/training_step.ts");
  const maxPredictions = usualPredictions(sequence);
  return await capturedCases(benchConfig(config), { batch, sequence, maxPredictions });
}

function line(result: KernelResult): string {
  const { kernel, size, structural, variant, milliseconds, shareOfCeiling, chosen } = result;
  const share = shareOfCeiling === null ? "" : `${Math.round(100 * shareOfCeiling)}%`;
  return tableLine([
    kernel,
    [size, ...flags(structural)].join(" "),
    chosen ? variant : `  ${variant}`,
    milliseconds,
    result.gigaflopsPerSecond,
    result.gigabytesPerSecond,
    share.padStart(KERNELS_WIDTHS[6]),
  ], KERNELS_WIDTHS);
}

/** Structural parameters that are not off. */
function flags(structural: KernelResult["structural"]): string[] {
  return Object.entries(structural)
    .filter(([, value]) => value !== false && value !== "none")
    .map(([name, value]) => value === true ? name : String(value));
}

function ceilingText({ gigaflopsPerSecond, copies }: KernelBench["ceilings"]): string {
  const parts = copies.map(({ bytes, gigabytesPerSecond }) =>
    `${figure(gigabytesPerSecond)} GB/s copying ${figure(bytes / 2 ** 20)} MiB`
  );
  if (gigaflopsPerSecond !== null) parts.unshift(`${figure(gigaflopsPerSecond)} GFLOP/s`);
  return parts.join(", ");
}

/** `bench peers`. */
export const peers = new Command()
  .description("Compare matrix multiplication with other libraries: medians and ratios.")
  .option("--only <text:string>", "Measure the matmuls whose name contains this text.")
  .option("--rounds <n:integer>", "Number of rounds; the median is reported.", { default: 3 })
  .option("--python <path:string>", "Python interpreter with PyTorch.", { default: "python3" })
  .option("--json", "Print one JSON object.")
  .example("1024³ only", "deno task bench peers --only matmul_1024")
  .action(async ({ only, rounds, python, json }) => {
    const { benchPeers, peersTable } = await import("../../bench/peers.ts");
    const report = await benchPeers({
      only,
      rounds,
      python,
      onResult: ({ product }) => console.error(`${product} done`),
    });
    console.log(json ? JSON.stringify(report, null, 2) : peersTable(report));
  });
