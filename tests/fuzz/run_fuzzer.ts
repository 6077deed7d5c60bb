/** Runs a fuzzer and checks how its reader handles each input. */
import process from "node:process";
import { RandomStream } from "../../src/tensor/random/mod.ts";
import { type Fuzzer, type Input, sizeOf } from "./fuzzer.ts";

/** The inputs of a run. */
export interface Feed {
  /** Name of the fuzzer. */
  readonly name: string;
  readonly seed: number;
  /** Index of the first input. */
  readonly from: number;
  /** Number of inputs. */
  readonly count: number;
}

/** Results of a run. */
export interface Outcome {
  readonly name: string;
  readonly inputs: number;
  /** Number of inputs by result: `accepted`, or the name of the error. */
  readonly results: Readonly<Record<string, number>>;
  /** Milliseconds of the slowest input. */
  readonly slowest: number;
  /** Indices of the inputs that were not handled correctly, with the reason. */
  readonly faults: readonly { readonly at: number; readonly fault: string }[];
}

/** Number of faults after which a run stops. */
const MOST_FAULTS = 500;

/** Creates an input as a function of seed, name and index. */
export function makeInput({ make }: Fuzzer, name: string, seed: number, at: number) {
  return make(new RandomStream(seed, hash(name), at));
}

/**
 * Creates inputs and checks how they are read.
 *
 * @param onInput Called with the index of each input before it is read.
 */
export async function runFuzzer(
  fuzzer: Fuzzer,
  { name, seed, from, count }: Feed,
  onInput: (at: number) => void = () => {},
): Promise<Outcome> {
  const results: Record<string, number> = {};
  const faults: { at: number; fault: string }[] = [];
  let slowest = 0, at = from;
  for (; at < from + count && faults.length < MOST_FAULTS; at++) {
    onInput(at);
    const input = makeInput(fuzzer, name, seed, at);
    let reading = await readInput(fuzzer, input);
    // Repeats a slow reading once, since the machine may have been busy or the heap may have grown.
    if (reading.fault?.startsWith("took")) reading = await readInput(fuzzer, input);
    results[reading.result] = (results[reading.result] ?? 0) + 1;
    slowest = Math.max(slowest, reading.milliseconds);
    if (reading.fault !== null) faults.push({ at, fault: reading.fault });
  }
  return { name, inputs: at - from, results, slowest, faults };
}

/** The FNV-1a hash of a name. */
function hash(name: string): number {
  let sum = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}

/** Limit of CPU time per input, in milliseconds. */
const LONGEST = 2000;
/** Limit of elapsed time per input, in milliseconds. */
const LONGEST_WAIT = 15_000;
/** Limit of memory per input: ten times the input and 64 MiB. */
const MEMORY_FACTOR = 10, MEMORY_FREE = 64 * 2 ** 20;
/** Limit of the length of a message. */
const LONGEST_MESSAGE = 2000;

/** Messages of the JavaScript engine, which show that the code relied on something that is missing. */
const ENGINE = new RegExp(
  [
    "^Cannot (read (propert|private)|set propert|destructure|convert|mix|access|delete|assign)",
    "is not (a function|iterable|a constructor|defined|a valid enum value)",
    "^Invalid (array|string|typed array|count|code|time|regular|date|BigInt|language)",
    "^(Maximum call stack|Array buffer allocation|Reduce of empty|Offset is out)",
    "^(Unexpected (token|end|non-whitespace|string|number|identifier)|Expected property|Bad control|Unterminated|Expected ('|double|,)|JSON)",
    "(start offset|byte length) of",
    "\\bundefined\\b",
    "\\[object ",
  ].join("|"),
);

/** How a reader handled an input. */
export interface Reading {
  /** `accepted`, or the name of the error. */
  readonly result: string;
  readonly milliseconds: number;
  /** What is wrong, or null. */
  readonly fault: string | null;
}

/** Reads an input and checks the result, time and memory. */
export async function readInput({ rejections, read }: Fuzzer, input: Input): Promise<Reading> {
  const bytes = sizeOf(input);
  const before = memory();
  const start = performance.now(), computed = process.cpuUsage();
  let result = "accepted";
  let fault: string | null = null;
  try {
    await read(input);
  } catch (error) {
    result = error instanceof Error ? error.name : typeof error;
    fault = invalidRejection(error, rejections);
  }
  const milliseconds = performance.now() - start;
  const grown = memory() - before;
  fault ??= polluted();
  const { user, system } = process.cpuUsage(computed);
  const busy = Math.min(milliseconds, (user + system) / 1000);
  if (busy > LONGEST || milliseconds > LONGEST_WAIT) {
    fault ??= `took ${Math.round(milliseconds)} ms, ${Math.round(busy)} of them computing`;
  }
  if (grown > MEMORY_FACTOR * bytes + MEMORY_FREE) {
    fault ??= `took ${Math.round(grown / 2 ** 20)} MiB for ${bytes} bytes`;
  }
  return { result, milliseconds, fault };
}

/** Bytes of this thread's heap and its buffers. */
function memory(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** Why an error is not a valid rejection, or null. */
export function invalidRejection(
  error: unknown,
  rejections: readonly string[],
): string | null {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const { name, message } = error;
  const text = `${name}: ${message.slice(0, 300)}`;
  if (!rejections.includes(name)) return `${text}\n${error.stack ?? ""}`;
  // Text in quotes comes from the file.
  if (ENGINE.test(message.replace(/"[^"]*"/g, ""))) {
    return `message of the engine: ${text}\n${error.stack ?? ""}`;
  }
  if (message.trim() === "") return `empty message: ${name}`;
  if (/[\n\r]/.test(message)) return `more than one line: ${text}`;
  if (message.length > LONGEST_MESSAGE) return `${message.length} characters: ${text}`;
  return null;
}

/** Detects and removes properties that a reader has added to built-in prototypes. */
function polluted(): string | null {
  for (const prototype of [Object.prototype, Array.prototype, Function.prototype]) {
    const added = Object.keys(prototype);
    for (const name of added) delete (prototype as unknown as Record<string, unknown>)[name];
    if (added.length > 0) return `polluted a prototype with ${added}`;
  }
  return null;
}
