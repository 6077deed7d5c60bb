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

/** Runs `deno` with its output on ours or nowhere; past `limit` seconds it is stopped and counts as failed. */
export async function denoThrough(
  words: string[],
  env: Record<string, string>,
  limit: number,
  output: "inherit" | "null",
): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: words,
    cwd: ROOT,
    env: { ...plain, ...env },
    stdin: "null",
    stdout: output,
    stderr: output,
  }).spawn();
  const timer = setTimeout(() => {
    console.log(`Stopped after ${limit} s.`);
    child.kill("SIGKILL");
  }, limit * 1000);
  const { code } = await child.status;
  clearTimeout(timer);
  return code;
}
