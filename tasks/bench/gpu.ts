import { Command } from "@cliffy/command";
import type { PlanJson } from "../../bench/gpu/time_model.ts";
import { UsageError } from "../cli/errors.ts";
import { prepareConfig } from "../launch/config.ts";
import { toolCommand, TOOLS } from "../launch/tools.ts";

const SIZES = { config: "albert-base-v2", batch: 8, sequence: 128 };

/** `bench compile`. */
export const compile = new Command()
  .description(
    "Compile a training step with the compilers of GPU drivers, without a GPU:\n" +
      "registers, spills, occupancy and instructions. bench/gpu/setup.sh sets the drivers up.",
  )
  .option("--drivers <folder:string>", "Folder that bench/gpu/setup.sh has set up.", {
    required: true,
  })
  .option("--gpu <name:string>", "Compile for rdna3, sm86 or arc only.")
  .option("--update-results", "Write the tables and the efficiencies in bench/gpu/compiled.")
  .option("--json", "Print one JSON object per GPU.")
  .example("All GPUs", "deno task bench compile --drivers ~/gpu-drivers --update-results")
  .action(async ({ drivers, gpu, updateResults, json }) => {
    const { COMPILED_GPUS, compiledPage, compileStep } = await import(
      "../../bench/gpu/compiled.ts"
    );
    const { writeCompiled } = await import("../../bench/gpu/results.ts");
    const gpus = COMPILED_GPUS.filter((name) => gpu === undefined || name === gpu);
    if (gpus.length === 0) {
      throw new UsageError(`--gpu must be one of ${COMPILED_GPUS.join(", ")}, got "${gpu}"`);
    }
    if (updateResults && gpu !== undefined) {
      throw new UsageError("--update-results needs all GPUs; leave out --gpu");
    }
    const { flags } = await prepareConfig(() => {});
    const steps = [];
    for (const name of gpus) {
      const step = await compileStep(name, {
        ...SIZES,
        root: drivers,
        flags,
        precisions: ["f32", "f16"],
        adapters: ["apple-m"],
      });
      steps.push(step);
      console.log(json ? JSON.stringify(step) : compiledPage(step));
    }
    if (updateResults) await writeCompiled(steps);
  });

/** `bench model`. */
export const model = new Command()
  .description("Model the time of a training step on graphics cards that are not at hand.")
  .option("--plan <file:string>", "JSON of kernels plan, for the cards with its adapter.")
  .option("--update-results", "Write bench/gpu/compiled/model.md.")
  .option("--json", "Print one JSON object.")
  .example("All cards", "deno task bench model")
  .action(async ({ plan, updateResults, json }) => {
    const { modelAll, modelTable, readEfficiencies, writeModel } = await import(
      "../../bench/gpu/results.ts"
    );
    const { CARDS, modelStep } = await import("../../bench/gpu/time_model.ts");
    const table = await readEfficiencies();
    if (plan !== undefined) {
      const given = JSON.parse(await Deno.readTextFile(plan)) as PlanJson;
      const cards = Object.keys(CARDS).filter((name) => CARDS[name].adapter === given.adapter);
      if (cards.length === 0) {
        const known = new Set(Object.values(CARDS).map(({ adapter }) => adapter));
        throw new UsageError(
          `--plan must be a plan for one of ${[...known].join(", ")}, got "${given.adapter}"`,
        );
      }
      const steps = cards.map((name) => modelStep(given, name, table));
      return console.log(json ? JSON.stringify(steps, null, 2) : modelTable(steps));
    }
    const config = await prepareConfig(() => {});
    const planOn = async (adapter: string): Promise<PlanJson> => {
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: toolCommand(TOOLS.kernels, config, [
          ...["plan", "--config", SIZES.config, "--batch-size", String(SIZES.batch)],
          ...["--max-seq-length", String(SIZES.sequence), "--adapter", adapter, "--json"],
        ]),
        stdin: "null",
      }).output();
      if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
      return JSON.parse(new TextDecoder().decode(stdout));
    };
    if (updateResults) return console.log(await writeModel(planOn, SIZES));
    const steps = await modelAll(planOn, table);
    console.log(json ? JSON.stringify(steps, null, 2) : modelTable(steps));
  });
