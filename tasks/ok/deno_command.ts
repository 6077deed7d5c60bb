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
export async function denoOutput(
  args: string[],
  cwd: string = ROOT,
  env: Record<string, string> = {},
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { ...plain, ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stderr) + decoder.decode(stdout) };
}

/**
 * Runs `deno` and returns its output, which is also printed as it arrives if `show` is set. A process that hangs is killed
 * and reported as `stopped`: one that prints nothing while it waits, or computes, for `limit` seconds in total. Time in
 * which it is ready but other programs use the processor does not count, so that load does not stop it.
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
  const silence = new Silence(child.pid, limit);
  const timer = setInterval(() => {
    if (stopped || !silence.isOver()) return;
    stopped = true;
    child.kill("SIGKILL");
  }, Math.min(5, limit / 10) * 1000);
  let output = "";
  const keep = async (from: ReadableStream<Uint8Array>, to: typeof Deno.stdout) => {
    const decoder = new TextDecoder();
    for await (const part of from) {
      silence.restart();
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
  clearInterval(timer);
  return { code, output, stopped };
}

/** Measures how long a process has printed nothing. */
class Silence {
  #seconds = 0;
  #last: Work;

  constructor(readonly pid: number, readonly limit: number) {
    this.#last = workOf(pid);
  }

  restart(): void {
    this.#seconds = 0;
  }

  /** Adds the time since the last call; returns whether the limit is reached. */
  isOver(): boolean {
    const now = workOf(this.pid);
    this.#seconds += silentSeconds(this.#last, now);
    this.#last = now;
    return this.#seconds >= this.limit;
  }
}

/** What a process and its descendants have done until a time. */
export interface Work {
  /** Seconds on the clock. */
  readonly at: number;
  /** Seconds of processor time, over all threads. */
  readonly computed: number;
  /** Whether a thread is ready to compute. */
  readonly ready: boolean;
}

/**
 * How many seconds count between two times: all of them for a process that waits, and the processor time for one that is
 * ready. Where the system does not report processor time, all of them.
 */
export function silentSeconds(before: Work, after: Work): number {
  const passed = after.at - before.at;
  const computed = Math.max(0, after.computed - before.computed);
  return after.ready || computed > passed / 50 ? Math.min(computed, passed) : passed;
}

/** Reads `/proc` on Linux. */
function workOf(pid: number): Work {
  const work = { at: performance.now() / 1000, computed: 0, ready: false };
  const pids = [pid];
  for (const id of pids) {
    try {
      for (const { name } of Deno.readDirSync(`/proc/${id}/task`)) {
        const stat = Deno.readTextFileSync(`/proc/${id}/task/${name}/stat`);
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        if ("RD".includes(fields[0])) work.ready = true;
        work.computed += (Number(fields[11]) + Number(fields[12])) / 100; // in ticks of 10 ms
        const children = Deno.readTextFileSync(`/proc/${id}/task/${name}/children`);
        pids.push(...children.trim().split(" ").filter((child) => child).map(Number));
      }
    } catch {
      // The process or thread has ended, or this is not Linux.
    }
  }
  return work;
}
