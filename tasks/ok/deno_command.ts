import { ROOT } from "../launch/files.ts";

/** How a run of `deno` ended. */
export interface Outcome {
  code: number;
  output: string;
}

const plain: Record<string, string> = Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" };

/** Runs `deno` and keeps what it prints, both streams together. */
export async function denoOutput(words: string[], cwd: string = ROOT): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: words,
    cwd,
    env: plain,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stderr) + decoder.decode(stdout) };
}

/** How a run that may have been stopped ended. */
export interface StoppableOutcome extends Outcome {
  stopped: boolean;
}

/**
 * Runs `deno`, keeping what it prints and passing it on as it comes (unless `show` is false); past
 * `limit` seconds it is stopped.
 */
export async function denoThrough(
  words: string[],
  env: Record<string, string>,
  limit: number,
  show: boolean,
  cwd: string = ROOT,
): Promise<StoppableOutcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: words,
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
      // A stream to a file or pipe may take less than it is given.
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
