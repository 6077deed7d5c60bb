import { Command } from "@cliffy/command";
import type { PlanJson } from "../../bench/gpu/time_model.ts";
import type { CommandLines, KitResults } from "../../bench/gpu/kit.ts";
import { UsageError } from "../cli/errors.ts";
import { type Config, prepareConfig } from "../launch/config.ts";
import { ROOT } from "../launch/files.ts";
import { toolCommand, TOOLS } from "../launch/tools.ts";
import { machineNamed, RESULTS } from "./all.ts";

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

/** `bench hours`. */
export const hours = new Command()
  .description("Model the hours of the paper's tables on graphics cards that are not at hand.")
  .option("--update-results", "Write docs/results/hours.md.")
  .example("All tables", "deno task bench hours")
  .action(async ({ updateResults }) => {
    const { hoursPage } = await import("../../bench/gpu/paper_hours.ts");
    const { readEfficiencies } = await import("../../bench/gpu/results.ts");
    const { paperPreset } = await import("../paper/mod.ts");
    const page = hoursPage(["gpu-day", "paper"].map(paperPreset), await readEfficiencies());
    if (updateResults) await Deno.writeTextFile(`${ROOT}/docs/results/hours.md`, page);
    console.log(page);
  });

/** Command lines that run as the launcher would run them. */
function commandLines(config: Config): CommandLines {
  const deno = Deno.execPath();
  return {
    tool: (name, args) => [deno, ...toolCommand(TOOLS[name], config, [...args])],
    script: (path) => [deno, "run", "--quiet", "--allow-all", ...config.flags, `${ROOT}/${path}`],
    test: (path) => [
      ...[deno, "test", "--quiet", "--allow-all", "--no-check", ...config.flags],
      `${ROOT}/${path}`,
    ],
  };
}

/** Prints the end of each part on standard error. */
function printPart(name: string, result?: KitResults[string]): void {
  if (result === undefined) console.error(`${name} …`);
  else console.error(`${name}: ${result.status}, ${result.seconds.toFixed(1)} s`);
  if (result?.error) console.error(`  ${result.error.replaceAll("\n", "\n  ")}`);
}

/** `bench gpu`. */
export const gpu = new Command()
  .description(
    "Measure everything worth knowing about a GPU in at most nine minutes: dispatches, a training\n" +
      "step, PyTorch, golden cases, tuning, kernels. Parts that fail do not stop the others.",
  )
  .option("--budget <seconds:integer>", "Seconds for all parts.", { default: 530 })
  .option("--only <text:string>", "Run the parts whose name contains this text: step, golden …")
  .option("--small", "Use a small model and few steps, for a software adapter.")
  .option(
    "--against-pytorch <python:string>",
    "Python interpreter with PyTorch: on CUDA with and without TF32 and with bf16 autocast.",
  )
  .option("--output <file:string>", "Write all results as JSON.")
  .option("--update-results", "Write this adapter's rows of bench/RESULTS.md.")
  .option("--json", "Print one JSON object.")
  .example("With PyTorch", "deno task bench gpu --against-pytorch python3 --output gpu.json")
  .action(async (
    { budget, only = "", small, againstPytorch, output, updateResults, json },
  ) => {
    const { GPU_SIZES, kitParts, kitRows, runParts, runProcess, SMALL_SIZES } = await import(
      "../../bench/gpu/kit.ts"
    );
    const { tableOf } = await import("../../bench/table.ts");
    if (budget < 1) throw new UsageError(`--budget must be a positive integer, got ${budget}`);
    const all = kitParts(
      small ? SMALL_SIZES : GPU_SIZES,
      commandLines(await prepareConfig(() => {})),
      againstPytorch,
    );
    const parts = all.filter(({ name }) => name.includes(only));
    if (parts.length === 0) {
      const names = all.map(({ name }) => name).join(", ");
      throw new UsageError(`--only must be part of one of ${names}, got "${only}"`);
    }
    const results = await runParts(parts, { budget, run: runProcess, onPart: printPart });
    const machine = await machineOf(results);
    const text = JSON.stringify({ ...machine, parts: results }, null, 2);
    if (output !== undefined) await Deno.writeTextFile(output, `${text}\n`);
    if (json) console.log(text);
    else console.log(tableOf(["measurement", "result"], kitRows(results)));
    if (updateResults) {
      const { withGpuRows } = await import("../../bench/results/page.ts");
      const old = await Deno.readTextFile(RESULTS).catch(() => "");
      await Deno.writeTextFile(RESULTS, withGpuRows(old, machine, kitRows(results)));
    }
    if (Object.values(results).some(({ status }) => status === "failed")) Deno.exitCode = 1;
  });

/** The adapter is that of the first part that names one. */
async function machineOf(results: KitResults) {
  const named = Object.values(results)
    .map(({ output }) => (output as { adapter?: unknown } | undefined)?.adapter)
    .find((adapter) => typeof adapter === "string");
  return await machineNamed(typeof named === "string" ? named : "no adapter");
}

/** `bench adapters`. */
export const adapters = new Command()
  .description(
    "Run the golden cases and the tests of all kernel variants on lavapipe of Mesa 25 and on\n" +
      "SwiftShader, which bench/gpu/setup.sh sets up. Takes half an hour on two idle cores.",
  )
  .option("--drivers <folder:string>", "Folder that bench/gpu/setup.sh has set up.", {
    required: true,
  })
  .option("--only <name:string>", "Run on lavapipe or swiftshader only.")
  .option("--filter <text:string>", "Test only the kernels whose name contains this text.")
  .option(
    "--output <file:string>",
    "Write the results after each part as JSON. If the file has results for the same\n" +
      "sources, parts that passed are not repeated.",
  )
  .option("--json", "Print one JSON object.")
  .example(
    "Continue after an interruption",
    "deno task test:adapters --drivers ~/gpu-drivers --output adapters.json",
  )
  .action(async ({ drivers, only, filter, output, json }) => {
    const { checkAdapters, COMPUTING_DRIVERS, earlierChecks, saveChecks, testedKernels } =
      await import("../../bench/gpu/adapters.ts");
    const { countTests, runProcess } = await import("../../bench/gpu/kit.ts");
    const names = COMPUTING_DRIVERS.filter((name) => only === undefined || name === only);
    if (names.length === 0) {
      throw new UsageError(`--only must be ${COMPUTING_DRIVERS.join(" or ")}, got "${only}"`);
    }
    if (testedKernels(filter).length === 0) {
      throw new UsageError(`--filter must be part of the name of a kernel, got "${filter}"`);
    }
    const earlier = output === undefined ? {} : await earlierChecks(output, ROOT);
    let known: KitResults = earlier;
    const results = await checkAdapters({
      ...{ root: drivers, drivers: names, filter, earlier, run: runProcess },
      lines: commandLines(await prepareConfig(() => {})),
      async onPart(name, result) {
        printPart(name, result);
        if (output === undefined || result === undefined) return;
        known = { ...known, [name]: result };
        await saveChecks(output, ROOT, known);
      },
    });
    const failed = Object.entries(results).filter(([, { status }]) => status !== "ok");
    if (failed.length > 0) Deno.exitCode = 1;
    if (json) return console.log(JSON.stringify(results, null, 2));
    for (const [name, { status, output }] of failed) {
      console.log(`${name}: ${status}\n${typeof output === "string" ? output : ""}`);
    }
    for (const driver of names) {
      const parts = Object.entries(results).filter(([name]) => name.startsWith(`${driver} `));
      const counts = parts.filter(([name]) => name !== `${driver} golden`)
        .map(([, { output }]) => countTests(output));
      const sum = (of: (count: typeof counts[number]) => number) =>
        counts.reduce((total, count) => total + of(count), 0);
      const minutes = parts.reduce((total, [, { seconds }]) => total + seconds / 60, 0);
      console.log(
        `${driver}: golden ${results[`${driver} golden`].status}, kernel tests ` +
          `${sum(({ passed }) => passed)} pass, ${sum(({ failed }) => failed)} fail, ` +
          `${minutes.toFixed(1)} minutes`,
      );
    }
  });
