import { ValidationError } from "@cliffy/command";
import { shorten } from "../../src/json/mod.ts";
import { normalizeLine } from "./command_line.ts";
import { buildProgram } from "./commands.ts";
import { UsageError } from "./errors.ts";

/** Maximum number of characters of a message. */
const LONGEST = 2000;

/**
 * Runs one command line and returns its exit code: 0, 1 for a failure, 2 for a usage error. Errors
 * become one sentence on standard error; `ALBERT_DEBUG=1` adds the stack.
 */
export async function runCli(words: string[]): Promise<number> {
  try {
    const program = await buildProgram(words);
    await program.parse(normalizeLine(program, words));
    return Deno.exitCode;
  } catch (error) {
    return report(error);
  }
}

/** Prints an error as one sentence and returns its exit code. */
export function report(error: unknown): number {
  if (error instanceof Deno.errors.BrokenPipe) return 0; // The reader needs no more output.
  console.error(`albert: ${sentence(error)}`);
  if (Deno.env.get("ALBERT_DEBUG") === "1") console.error(error);
  if (error instanceof ValidationError) return error.exitCode;
  return error instanceof UsageError ? 2 : 1;
}

/** Returns one line of limited length, because messages quote names and values from files. */
function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message.trim() || error.name : String(error);
  return shorten(withFileFirst(text), LONGEST);
}

/** Deno writes `No such file or directory (os error 2): open 'FILE'`; returns `FILE: No such file or directory`, with what was added after a semicolon. */
export function withFileFirst(text: string): string {
  const system = /^(.+?) \(os error \d+\)(?:: \w+ '(.+?)')?(; .+)?$/s.exec(text) ??
    /^(.+?) \(os error \d+\)(?:: \w+ '(.+)')?/.exec(text);
  if (!system) return text;
  const [, problem, files = "", added = ""] = system;
  if (text.includes("(os error 28)")) {
    return `${problem}; free some space and run the same command again, with --resume for a training run`;
  }
  const isNamed = files === "" || problem.includes(files);
  return `${isNamed ? "" : `${files.replace("' -> '", " -> ")}: `}${problem}${added}`;
}
