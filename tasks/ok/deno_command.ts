/**
 * Runs `deno` as a child process.
 *
 * @module
 */
import { ROOT } from "../launch/files.ts";

/** Exit code and output of a process. */
export interface Outcome {
  code: number;
  output: string;
}

const plain: Record<string, string> = Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" };

/** Runs `deno` and returns its standard error and output as one text. */
export async function denoOutput(args: string[], cwd: string = ROOT): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: plain,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stderr) + decoder.decode(stdout) };
}

/**
 * Runs `deno` and returns its output, which is also printed as it arrives if `show` is set. Kills the process after `limit`
 * seconds and then reports it as `stopped`.
 */
export async function denoWithLimit(
  args: string[],
  env: Record<string, string>,
  limit: number,
  show: boolean,
  cwd: string = ROOT,
): Promise<Outcome & { stopped: boolean }> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { ...plain, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let stopped = false;
  const timer = setTimeout(() => {
    stopped = true;
    child.kill("SIGKILL");
  }, limit * 1000);
  let output = "";
  const keep = async (from: ReadableStream<Uint8Array>, to: typeof Deno.stdout) => {
    const decoder = new TextDecoder();
    for await (const part of from) {
      output += decoder.decode(part, { stream: true });
      // writeSync() may write only a part of the bytes to a file or pipe.
      for (let at = 0; show && at < part.length;) at += to.writeSync(part.subarray(at));
    }
  };
  const [{ code }] = await Promise.all([
    child.status,
    keep(child.stdout, Deno.stdout),
    keep(child.stderr, Deno.stderr),
  ]);
  clearTimeout(timer);
  return { code, output, stopped };
}
