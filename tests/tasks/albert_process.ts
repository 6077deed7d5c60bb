import { countingConfig } from "../support/counting_config.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";

/** How to start a command. */
export interface AlbertOptions {
  /** Text for standard input; none is closed at once. */
  stdin?: string;
  cwd?: string;
  env?: Record<string, string>;
}

/** The result of a process. */
export interface AlbertOutcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `albert` as the launcher would, without the launcher's own lines on standard error. */
export async function runAlbert(
  words: string[],
  { stdin, cwd, env }: AlbertOptions = {},
): Promise<AlbertOutcome> {
  const config = await countingConfig();
  const child = new Deno.Command(Deno.execPath(), {
    args: toolCommand(TOOLS.albert, config, words),
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (stdin !== undefined) {
    const writer = child.stdin.getWriter();
    // A command that fails early closes its standard input first. The exit code reports the failure.
    await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
    await writer.close().catch(() => {});
  }
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
