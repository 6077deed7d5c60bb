/** A folder with text, vocabulary and prepared data, and `albert` to use on them. */
import { RandomStream } from "../../src/tensor/random/mod.ts";
import { type Config, prepareConfig } from "../../tasks/launch/config.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";
import { smallModelBytes, smallText } from "../data/small_tokenizer.ts";

/** A running `albert`. */
export interface Running {
  child: Deno.ChildProcess;
  /** Resolves when it has ended. */
  ended: Promise<Ended>;
  /** Whether it has. */
  over(): boolean;
  /** Sends a signal; false where it has ended. */
  kill(signal: Deno.Signal): boolean;
}

/** How a process ended. */
export interface Ended {
  /** 128 + n where a signal ended it. */
  code: number;
  stdout: string;
  stderr: string;
  /** The last line of standard error. */
  sentence: string;
}

/** Where the faults are tried. */
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

  /** Makes a temporary folder that holds `spiece.model` and `text.txt`. */
  static async make(seed: number, documents = 300): Promise<Workbench> {
    const config = await prepareConfig(() => {});
    const bench = new Workbench(await Deno.makeTempDir(), seed, config);
    await Deno.writeFile(`${bench.folder}/spiece.model`, smallModelBytes());
    await Deno.writeTextFile(`${bench.folder}/text.txt`, smallText(1, documents));
    return bench;
  }

  /** A path in the folder that was not given out before. */
  fresh(name: string): string {
    return `${this.folder}/${name}-${this.#names++}`;
  }

  /** Starts `albert` in the folder. */
  start(words: readonly string[]): Running {
    const child = new Deno.Command(Deno.execPath(), {
      args: toolCommand(TOOLS.albert, this.#config, [...words]),
      cwd: this.folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return running(child);
  }

  /** Runs `albert` to its end. */
  async albert(...words: string[]): Promise<Ended> {
    return await this.start(words).ended;
  }

  /** Runs `albert`, which must succeed. */
  async succeed(...words: string[]): Promise<Ended> {
    const ended = await this.albert(...words);
    if (ended.code !== 0) throw new Error(`albert ${words.join(" ")}: ${ended.stderr}`);
    return ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Follows a process whose streams are piped. */
export function running(child: Deno.ChildProcess): Running {
  let over = false;
  const ended = child.output().then(({ code, stdout, stderr }) => {
    over = true;
    const text = new TextDecoder().decode(stderr);
    return {
      code,
      stdout: new TextDecoder().decode(stdout),
      stderr: text,
      sentence: text.trim().split("\n").at(-1)!,
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
  return { child, ended, over: () => over, kill };
}

/** Pauses. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Looks every few milliseconds until it is so, the process has ended, or time is up. */
export async function until(
  so: () => Promise<boolean> | boolean,
  running: Running,
  milliseconds = 60_000,
): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end && !running.over()) {
    if (await so()) return true;
    await pause(2);
  }
  return false;
}

/** Names in a folder; none where there is no folder. */
export function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
