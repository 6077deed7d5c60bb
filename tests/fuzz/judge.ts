/** What a reader may do with bad input: take it, or refuse it in one sentence; quickly and in little memory. */
import process from "node:process";
import { type Fuzzer, type Input, sizeOf } from "./fuzzer.ts";

/** A reader may compute this long, in milliseconds … */
const LONGEST = 2000;
/** … wait this long on a busy machine … */
const LONGEST_WAIT = 15_000;
/** … and take this much memory: ten times the input and some. */
const MEMORY_FACTOR = 10, MEMORY_FREE = 64 * 2 ** 20;
/** A sentence is no longer than this. */
const LONGEST_SENTENCE = 2000;

/** What the engine says, not we: somebody relied on what was not there. */
const ENGINE = new RegExp(
  [
    "^Cannot (read (propert|private)|set propert|destructure|convert|mix|access|delete|assign)",
    "is not (a function|iterable|a constructor|defined|a valid)",
    "^Invalid (array|string|typed array|count|code|time|regular|date|BigInt|language)",
    "^(Maximum call stack|Array buffer allocation|Reduce of empty|Offset is out)",
    "^(Unexpected|Expected property|Bad control|Unterminated|Expected ('|double|,)|JSON)",
    "(start offset|byte length) of",
    "\\bundefined\\b",
    "\\[object ",
  ].join("|"),
);

/** How a reader took an input. */
export interface Verdict {
  /** `taken`, or the class of the refusal. */
  readonly end: string;
  readonly milliseconds: number;
  /** What is wrong with that, if anything. */
  readonly fault: string | null;
}

/** Feeds a reader once and judges what came of it. */
export async function judge({ refusals, read }: Fuzzer, input: Input): Promise<Verdict> {
  const bytes = sizeOf(input);
  const before = memory();
  const start = performance.now(), computed = process.cpuUsage();
  let end = "taken";
  let fault: string | null = null;
  try {
    await read(input);
  } catch (error) {
    end = error instanceof Error ? error.name : typeof error;
    fault = wrongRefusal(error, refusals);
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
  return { end, milliseconds, fault };
}

/** Bytes that this thread's heap and its buffers hold. */
function memory(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** Why a refusal is none that a user should see. */
export function wrongRefusal(error: unknown, refusals: readonly string[]): string | null {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const { name, message } = error;
  const said = `${name}: ${message.slice(0, 300)}`;
  if (!refusals.includes(name)) return `${said}\n${error.stack ?? ""}`;
  // What stands in quotes is the file's.
  if (ENGINE.test(message.replace(/"[^"]*"/g, ""))) {
    return `the engine's words: ${said}\n${error.stack ?? ""}`;
  }
  if (message.trim() === "") return `no sentence: ${name}`;
  if (/[\n\r]/.test(message)) return `more than a line: ${said}`;
  if (message.length > LONGEST_SENTENCE) return `${message.length} letters: ${said}`;
  return null;
}

/** What a reader has put into the prototypes of everything. */
function polluted(): string | null {
  for (const prototype of [Object.prototype, Array.prototype, Function.prototype]) {
    const added = Object.keys(prototype);
    for (const name of added) delete (prototype as unknown as Record<string, unknown>)[name];
    if (added.length > 0) return `polluted a prototype with ${added}`;
  }
  return null;
}
