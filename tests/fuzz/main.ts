/**
 * Fuzzing: `deno task test:fuzz [--inputs N] [--seed N] [--only NAME,…] [--at N]`.
 *
 * Each reader gets damaged files and must accept them or reject them with one line: without a crash or a message of the
 * engine, in at most 2 s, with at most ten times the memory of the input and 64 MiB, without writing elsewhere or changing a
 * prototype. Prints a row for each reader. Exits with code 1 if any reader fails. `--only NAME --at N` prints one input.
 *
 * @module
 */
import { FUZZERS } from "./fuzzers.ts";
import { makeInput, type Outcome, readInput } from "./run_fuzzer.ts";
import { watch } from "./watch.ts";

interface Request {
  inputs: number;
  seed: number;
  only: string[];
  at?: number;
}

function parseArguments(args: string[]): Request {
  const request: Request = { inputs: 10_000, seed: 1, only: Object.keys(FUZZERS) };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--inputs") request.inputs = Number(args[++i]);
    else if (args[i] === "--seed") request.seed = Number(args[++i]);
    else if (args[i] === "--at") request.at = Number(args[++i]);
    else if (args[i] === "--only") request.only = (args[++i] ?? "").split(",");
    else throw new Error(`unknown option "${args[i]}", expected --inputs, --seed, --only or --at`);
  }
  const unknown = request.only.find((name) => !Object.hasOwn(FUZZERS, name));
  if (unknown !== undefined || !(request.inputs > 0) || !(request.seed >= 0)) {
    throw new Error(
      `expected a positive number of --inputs, and --only with ${Object.keys(FUZZERS).join(", ")}`,
    );
  }
  return request;
}

/** Divides the inputs among the readers by their cost. */
async function shares({ inputs, only }: Request): Promise<Map<string, number>> {
  const costs = await Promise.all(only.map(async (name) => (await FUZZERS[name]()).cost ?? 1));
  const parts = costs.map((cost) => 1 / cost);
  const sum = parts.reduce((a, b) => a + b, 0);
  return new Map(only.map((name, i) => [name, Math.max(1, Math.ceil(inputs * parts[i] / sum))]));
}

function row({ name, inputs, results, slowest, faults }: Outcome): string {
  const accepted = results.accepted ?? 0;
  const rejected = Object.entries(results).filter(([result]) => result !== "accepted")
    .map(([result, count]) => `${result} ×${count}`).join(", ");
  return `| ${name} | ${inputs} | ${accepted} | ${rejected} | ${
    Math.ceil(slowest)
  } ms | ${faults.length} |`;
}

/** The first fault of each kind. Faults of a kind differ only in numbers and quoted text. */
function distinct({ faults }: Outcome): Outcome["faults"] {
  const kinds = new Map<string, Outcome["faults"][number]>();
  for (const fault of faults) {
    const kind = fault.fault.replace(/^.*\n/, "").replace(/\d+|"[^"]*"/g, "…").slice(0, 300);
    if (!kinds.has(kind)) kinds.set(kind, fault);
  }
  return [...kinds.values()];
}

/** Prints one input and how it is read. */
async function show(name: string, seed: number, at: number): Promise<number> {
  const fuzzer = await FUZZERS[name]();
  const input = makeInput(fuzzer, name, seed, at);
  console.log(input);
  const { result, milliseconds, fault } = await readInput(fuzzer, input);
  console.log(`${result} in ${milliseconds.toFixed(1)} ms${fault === null ? "" : `: ${fault}`}`);
  return fault === null ? 0 : 1;
}

async function all(request: Request): Promise<number> {
  const rows = ["| reader | inputs | accepted | rejected | slowest | faults |"];
  rows.push("| --- | --- | --- | --- | --- | --- |");
  let inputs = 0, faults = 0;
  for (const [name, count] of await shares(request)) {
    const outcome = await watch({ name, seed: request.seed, from: 0, count });
    console.error(row(outcome));
    for (const { at, fault } of distinct(outcome)) {
      console.error(`  --only ${name} --seed ${request.seed} --at ${at}: ${fault}`);
    }
    rows.push(row(outcome));
    inputs += outcome.inputs;
    faults += outcome.faults.length;
  }
  console.log(rows.join("\n"));
  console.log(`\n${inputs} inputs, ${faults} faults`);
  return faults > 0 ? 1 : 0;
}

if (import.meta.main) {
  try {
    const request = parseArguments(Deno.args);
    const { at, only, seed } = request;
    Deno.exitCode = at === undefined ? await all(request) : await show(only[0], seed, at);
  } catch (error) {
    console.error(`fuzz: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 2;
  }
}
