/** The interface of a fuzzer: invalid inputs, and a reader that must accept or reject them. */
import type { RandomStream } from "../../src/tensor/random/mod.ts";

/** The bytes or text of a file, or the arguments of a command line. */
export type Input = Uint8Array | string | readonly string[];

/** A reader and its inputs. */
export interface Fuzzer<T extends Input = Input> {
  /** Names of the error classes with which the reader rejects an input. */
  readonly rejections: readonly string[];
  /** Cost of an input, relative to that of a quick reader. Default: 1. */
  readonly cost?: number;
  /** Returns an input that depends only on the random stream. */
  make(random: RandomStream): T;
  /** Reads the input as the toolkit does, and uses the result. */
  read(input: T): unknown;
}

/** Hides the input type of a fuzzer. */
export function fuzzer<T extends Input>(made: Fuzzer<T>): Fuzzer {
  return made as unknown as Fuzzer;
}

/** Size of an input in bytes. */
export function sizeOf(input: Input): number {
  if (input instanceof Uint8Array) return input.length;
  if (typeof input === "string") return new TextEncoder().encode(input).length;
  return input.reduce((sum, word) => sum + word.length, 0);
}

/** A random item of a list. */
export function pick<T>(random: RandomStream, items: readonly T[]): T {
  return items[random.integer(items.length)];
}

/** Returns true with a probability of `percent`. */
export function chance(random: RandomStream, percent: number): boolean {
  return random.integer(100) < percent;
}

/** A folder for readers that need files; it goes with the process. */

let folder: string | undefined;

/** A path in a temporary folder, which is removed when the process exits. */
export function scratch(name: string): string {
  if (folder === undefined) {
    const made = folder = Deno.makeTempDirSync({ prefix: "fuzz-" });
    globalThis.addEventListener("unload", () => Deno.removeSync(made, { recursive: true }));
  }
  return `${folder}/${name}`;
}

/** Creates an empty temporary folder of this name. */
export function emptyFolder(name: string): string {
  const path = scratch(name);
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  Deno.mkdirSync(path);
  return path;
}
