import { Command, EnumType } from "@cliffy/command";
import { tableLine } from "../../bench/table.ts";
import { DEVICES } from "../cli/common.ts";
import { createProgress } from "../cli/progress.ts";

const WIDTHS = [12, 10, 10, 10, 12, 12];

/** `bench growth` */
export default new Command()
  .description("Time and memory of a step against layers, width, length, batch and vocabulary.")
  .type("device", new EnumType(DEVICES))
  .option("--device <name:device>", "What to compute on.", { default: "auto" as const })
  .option("--most <n:integer>", "No larger sizes than the first so many of each curve.")
  .option("--svg <file:string>", "Draw the curves.")
  .option("--json", "Print one JSON object.")
  .example("With a drawing", "deno task bench growth --svg growth.svg")
  .action(async ({ device, most, svg, json }) => {
    const { benchGrowth } = await import("../../bench/growth/growth.ts");
    const progress = createProgress({ title: "measuring", unit: "step", quiet: json });
    let count = 0;
    const bench = await benchGrowth({
      device,
      most,
      onPoint: (axis, value) => progress.update(count++, `${axis} ${value}`),
    });
    progress.end();
    if (svg !== undefined) {
      const { drawSvg } = await import("../../bench/svg.ts");
      const { growthSpec } = await import("../../bench/growth/drawing.ts");
      await Deno.writeTextFile(svg, await drawSvg(growthSpec(bench)));
    }
    if (json) {
      console.log(JSON.stringify({ deno: Deno.version.deno, ...bench }, null, 2));
      return;
    }
    console.log(tableLine(["", "value", "ms", "MiB", "least ms", "least MiB"], WIDTHS));
    for (const { axis, points, ...slopes } of bench.curves) {
      for (const { value, milliseconds, bytes, leastMilliseconds, leastBytes } of points) {
        console.log(tableLine(
          [axis, value, milliseconds, bytes / 2 ** 20, leastMilliseconds, leastBytes / 2 ** 20],
          WIDTHS,
        ));
      }
      const { timeSlope, memorySlope, leastTimeSlope, leastMemorySlope } = slopes;
      console.log(
        tableLine(
          ["", "exponent", timeSlope, memorySlope, leastTimeSlope, leastMemorySlope],
          WIDTHS,
        ),
      );
    }
    console.log(`${bench.kind}: ${bench.adapter}`);
    for (const line of bench.faster) console.log(`faster than what it needs: ${line}`);
    if (bench.faster.length === 0) console.log("no curve grows faster than what it needs");
  });
