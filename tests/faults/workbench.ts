/** A temporary folder with text and a vocabulary, and functions that run `albert` in it. */
import { RandomStream } from "../../src/tensor/random/mod.ts";
import { type Config, prepareConfig } from "../../tasks/launch/config.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";
import { smallModelBytes, smallText } from "../data/small_tokenizer.ts";

/** A running process. */
export interface Running {
  child: Deno.ChildProcess;
  /** Resolves when the process has exited. */
  ended: Promise<Ended>;
  /** Whether the process has exited. */
  hasExited(): boolean;
  /** Sends a signal. Returns false if the process has exited. */
  kill(signal: Deno.Signal): boolean;
}

/** Exit code and output of a process. */
export interface Ended {
  /** 128 + n if signal n ended the process. */
  code: number;
  stdout: string;
  stderr: string;
  /** The last line of standard error. */
  lastLine: string;
}

/** The temporary folder in which faults are injected. */
export class Workbench implements AsyncDisposable {
  readonly folder: string;
  readonly random: RandomStream;
  readonly #config: Config;
  #names = 0;

  private constructor(folder: string, seed: number, config: Config) {
    this.folder = folder;
    this.random = new RandomStream(seed, 0x6661756c, 0);
    this.#config = config;
  }

  /** Creates a temporary folder with `spiece.model` and `text.txt`. */
  static async make(seed: number, documents = 300): Promise<Workbench> {
    const config = await prepareConfig(() => {});
    const bench = new Workbench(await Deno.makeTempDir(), seed, config);
    await Deno.writeFile(`${bench.folder}/spiece.model`, smallModelBytes());
    await Deno.writeTextFile(`${bench.folder}/text.txt`, smallText(1, documents));
    return bench;
  }

  /** Returns an unused path in the folder. */
  newPath(name: string): string {
    return `${this.folder}/${name}-${this.#names++}`;
  }

  /** Starts `albert` in the folder. `flags` are further ones of `deno run`. */
  start(args: readonly string[], flags: readonly string[] = []): Running {
    const [run, ...rest] = toolCommand(TOOLS.albert, this.#config, [...args]);
    const child = new Deno.Command(Deno.execPath(), {
      args: [run, ...flags, ...rest],
      cwd: this.folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return running(child);
  }

  /** Runs `albert` until it exits. */
  async albert(...args: string[]): Promise<Ended> {
    return await this.start(args).ended;
  }

  /** Runs `albert` and throws if it fails. */
  async succeed(...args: string[]): Promise<Ended> {
    const ended = await this.albert(...args);
    if (ended.code !== 0) throw new Error(`albert ${args.join(" ")}: ${ended.stderr}`);
    return ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Wraps a process with piped streams. */
export function running(child: Deno.ChildProcess): Running {
  let hasExited = false;
  const ended = child.output().then(({ code, stdout, stderr }) => {
    hasExited = true;
    const text = new TextDecoder().decode(stderr);
    return {
      code,
      stdout: new TextDecoder().decode(stdout),
      stderr: text,
      lastLine: text.trim().split("\n").at(-1)!,
    };
  });
  const kill = (signal: Deno.Signal): boolean => {
    try {
      child.kill(signal);
      return true;
    } catch {
      return false;
    }
  };
  return { child, ended, hasExited: () => hasExited, kill };
}

/** Waits for some time. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until a condition holds, and returns true, or until the process has exited or time is up. */
export async function waitUntil(
  condition: () => Promise<boolean> | boolean,
  running: Running,
  milliseconds = 60_000,
): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end && !running.hasExited()) {
    if (await condition()) return true;
    await pause(2);
  }
  return false;
}

/** The names in a folder. Empty if the folder does not exist. */
export function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Exit code and messages of a command line. */
export interface Outcome {
  code: number;
  /** Standard error without progress. */
  stderr: string;
}

/** Runs a command line in this process, which is ten times as fast as starting one. */
export async function albertHere(...args: string[]): Promise<Outcome> {
  // Loaded here, so that programs that only start processes run without the packages of the command.
  const { runCli } = await import("../../tasks/cli/run.ts");
  const lines: string[] = [];
  const { error, log } = console;
  console.error = (...parts: unknown[]) => lines.push(parts.join(" "));
  console.log = () => {};
  try {
    const code = await runCli([...args, "--quiet"]);
    return { code, stderr: lines.join("\n") };
  } finally {
    Object.assign(console, { error, log });
    Deno.exitCode = 0;
  }
}
