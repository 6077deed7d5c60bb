/**
 * Bad input by the thousand: `deno task test:fuzz [--inputs N] [--seed N] [--only NAME,…] [--at N]`.
 *
 * Every reader gets valid files with damage in them, and must take them or refuse them in one sentence: no crash, no words of the engine, no more than 2 s,
 * no more memory than ten times the input and 64 MiB, nothing written elsewhere, no prototype changed. Prints a row for each reader; exits 1 where one fell
 * short. `--only NAME --at N` shows one input again.
 *
 * @module
 */
import { FUZZERS } from "./fuzzers.ts";
import { judge } from "./judge.ts";
import { makeInput, type Outcome } from "./run_fuzzer.ts";
import { watch } from "./watch.ts";

interface Request {
  inputs: number;
  seed: number;
  only: string[];
  at?: number;
}

function readWords(words: string[]): Request {
  const request: Request = { inputs: 10_000, seed: 1, only: Object.keys(FUZZERS) };
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "--inputs") request.inputs = Number(words[++i]);
    else if (words[i] === "--seed") request.seed = Number(words[++i]);
    else if (words[i] === "--at") request.at = Number(words[++i]);
    else if (words[i] === "--only") request.only = (words[++i] ?? "").split(",");
    else throw new Error(`unknown option "${words[i]}": --inputs, --seed, --only, --at`);
  }
  const unknown = request.only.find((name) => !Object.hasOwn(FUZZERS, name));
  if (unknown !== undefined || !(request.inputs > 0) || !(request.seed >= 0)) {
    throw new Error(`--inputs is a number, --only takes ${Object.keys(FUZZERS).join(", ")}`);
  }
  return request;
}

/** How many inputs each gets, so that all together get as many as were asked for. */
async function shares({ inputs, only }: Request): Promise<Map<string, number>> {
  const costs = await Promise.all(only.map(async (name) => (await FUZZERS[name]()).cost ?? 1));
  const parts = costs.map((cost) => 1 / cost);
  const sum = parts.reduce((a, b) => a + b, 0);
  return new Map(only.map((name, i) => [name, Math.max(1, Math.ceil(inputs * parts[i] / sum))]));
}

function row({ name, inputs, ends, slowest, faults }: Outcome): string {
  const taken = ends.taken ?? 0;
  const refused = Object.entries(ends).filter(([end]) => end !== "taken")
    .map(([end, count]) => `${end} ×${count}`).join(", ");
  return `| ${name} | ${inputs} | ${taken} | ${refused} | ${
    Math.ceil(slowest)
  } ms | ${faults.length} |`;
}

/** The first of each kind of fault: numbers and quoted words aside, they say the same. */
function distinct({ faults }: Outcome): Outcome["faults"] {
  const kinds = new Map<string, Outcome["faults"][number]>();
  for (const fault of faults) {
    const kind = fault.fault.replace(/^.*\n/, "").replace(/\d+|"[^"]*"/g, "…").slice(0, 300);
    if (!kinds.has(kind)) kinds.set(kind, fault);
  }
  return [...kinds.values()];
}

/** Shows one input and how it is read. */
async function show(name: string, seed: number, at: number): Promise<number> {
  const fuzzer = await FUZZERS[name]();
  const input = makeInput(fuzzer, name, seed, at);
  console.log(input);
  const { end, milliseconds, fault } = await judge(fuzzer, input);
  console.log(`${end} in ${milliseconds.toFixed(1)} ms${fault === null ? "" : `: ${fault}`}`);
  return fault === null ? 0 : 1;
}

async function all(request: Request): Promise<number> {
  const rows = ["| reader | inputs | taken | refused | slowest | faults |"];
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
    const request = readWords(Deno.args);
    const { at, only, seed } = request;
    Deno.exitCode = at === undefined ? await all(request) : await show(only[0], seed, at);
  } catch (error) {
    console.error(`fuzz: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 2;
  }
}
