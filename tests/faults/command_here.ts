/** Runs `albert` in this process: a hundred tries in the time of ten processes. */
import { runCli } from "../../tasks/cli/run.ts";

/** What came of a command line. */
export interface Said {
  code: number;
  /** All of standard error that is not progress. */
  stderr: string;
}

/** Runs a command line quietly and keeps what it says. */
export async function albertHere(...words: string[]): Promise<Said> {
  const lines: string[] = [];
  const { error, log } = console;
  console.error = (...parts: unknown[]) => lines.push(parts.join(" "));
  console.log = () => {};
  try {
    const code = await runCli([...words, "--quiet"]);
    return { code, stderr: lines.join("\n") };
  } finally {
    Object.assign(console, { error, log });
    Deno.exitCode = 0;
  }
}
