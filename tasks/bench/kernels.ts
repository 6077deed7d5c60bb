import { Command, EnumType } from "@cliffy/command";
import type { KernelBench, KernelResult } from "../../bench/kernels/kernels.ts";
import { figure, tableLine } from "../../bench/table.ts";
import { DEVICES } from "../cli/options.ts";
import { createProgress } from "../cli/progress.ts";

const KERNELS_WIDTHS = [32, 50, 26, 9, 9, 9, 6];

/** `bench kernels` */
export const kernels = new Command()
  .description("Every kernel and variant at real sizes: GFLOP/s, GB/s, share of what is possible.")
  .type("device", new EnumType(DEVICES))
  .option("--device <name:device>", "What to compute on.", { default: "auto" as const })
  .option("--only <text:string>", "Kernels whose name contains it.")
  .option(
    "--config <name:string>",
    "Sizes of a training step of a preset: nano, gpu-day, albert-base-v2, albert-xxlarge-v2.",
  )
  .option("--batch-size <n:integer>", "Examples of that step.", { default: 8 })
  .option("--max-seq-length <n:integer>", "Tokens of each.", { default: 128 })
  .option("--chosen", "Only the variants that the device takes by itself.")
  .option("--svg <file:string>", "Draw the kernels under the adapter's roof.")
  .option("--json", "Print one JSON object.")
  .example("Matrix products", "deno task bench kernels --only matmul")
  .example("Under the roof", "deno task bench kernels --config nano --chosen --svg roofline.svg")
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
      const { drawSvg } = await import("../../bench/table.ts");
      const { rooflineSpec } = await import("../../bench/kernels/kernels.ts");
      await Deno.writeTextFile(svg, await drawSvg(rooflineSpec(bench)));
    }
    if (json) {
      console.log(JSON.stringify({ deno: Deno.version.deno, ...bench }, null, 2));
      return;
    }
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

/** Structural parameters that are more than off. */
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

/** `bench peers` */
export const peers = new Command()
  .description("Matrix products here and in other libraries, interleaved: medians and ratios.")
  .option("--only <text:string>", "Products whose name contains it.")
  .option("--rounds <n:integer>", "How often each runs.", { default: 3 })
  .option("--python <path:string>", "A Python that has PyTorch.", { default: "python3" })
  .option("--json", "Print one JSON object.")
  .example("Beside jax-js and PyTorch at 1024³", "deno task bench peers --only matmul_1024")
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
