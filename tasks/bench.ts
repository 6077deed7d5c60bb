/**
 * `deno task bench COMMAND [--json]`: measures performance. `deno task bench --help` lists the commands.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import { showsColors } from "./cli/terminal.ts";
import { dashes } from "./cli/command_line.ts";
import { report } from "./cli/run.ts";

/** The modules of the commands, loaded when needed. */
const COMMANDS = {
  adapters: async () => (await import("./bench/gpu.ts")).adapters,
  all: async () => (await import("./bench/all.ts")).all,
  "all-reduce": async () => (await import("./bench/training.ts")).allReduce,
  browser: async () => (await import("./bench/training.ts")).browser,
  compile: async () => (await import("./bench/gpu.ts")).compile,
  gpu: async () => (await import("./bench/gpu.ts")).gpu,
  growth: async () => (await import("./bench/training.ts")).growth,
  hours: async () => (await import("./bench/gpu.ts")).hours,
  kernels: async () => (await import("./bench/kernels.ts")).kernels,
  load: async () => (await import("./bench/data.ts")).load,
  model: async () => (await import("./bench/gpu.ts")).model,
  peers: async () => (await import("./bench/kernels.ts")).peers,
  prepare: async () => (await import("./bench/data.ts")).prepare,
  step: async () => (await import("./bench/training.ts")).step,
  tokenizer: async () => (await import("./bench/data.ts")).tokenizer,
};

const program = new Command().throwErrors().help({ colors: showsColors() })
  .name("bench").description("Measure performance.");

try {
  const args = Deno.args.map(dashes);
  const names = Object.keys(COMMANDS) as (keyof typeof COMMANDS)[];
  const given = names.filter((name) => name === args[0]);
  for (const name of given.length > 0 ? given : names) {
    // deno-lint-ignore no-explicit-any -- commands with different options have no common type
    program.command(name, await COMMANDS[name]() as Command<any>);
  }
  program.reset();
  await program.parse(args);
} catch (error) {
  Deno.exitCode = report(error);
}
Deno.exit();
