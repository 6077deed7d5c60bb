import { Command, EnumType } from "@cliffy/command";
import { figure } from "../../bench/table.ts";
import { DEVICES } from "../cli/common.ts";

/** `bench load` */
export default new Command()
  .description("From a model folder to the first logits, in a fresh process, pipelines cached.")
  .type("device", new EnumType(DEVICES))
  .option("--device <name:device>", "What to compute on.", { default: "auto" as const })
  .option("--config <name:string>", "A preset, or reference.", { default: "albert-base-v2" })
  .option("--rounds <n:integer>", "Processes; the median counts.", { default: 3 })
  .option("--json", "Print one JSON object.")
  .example("On the CPU device", "deno task bench load --device cpu")
  .action(async ({ json, ...options }) => {
    const { benchLoad } = await import("../../bench/load/load.ts");
    const bench = await benchLoad(options);
    if (json) {
      console.log(JSON.stringify({ deno: Deno.version.deno, ...bench }, null, 2));
      return;
    }
    const { kind, adapter, config, megabytes, open, load, firstLogits, nextLogits } = bench;
    console.log(
      `${kind}: ${adapter}; ${config}, ${figure(megabytes)} MB\n` +
        `device ${figure(open)} ms; load ${figure(load)} ms, first logits ${
          figure(firstLogits)
        } ms: ${figure(bench.loadToFirstLogits)} ms; next logits ${figure(nextLogits)} ms`,
    );
  });
