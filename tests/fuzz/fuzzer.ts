/** What a fuzzer is: hostile inputs, and a reader that must take them or refuse them. */
import type { RandomStream } from "../../src/tensor/random/mod.ts";

/** A file's bytes or text, or the words of a command line. */
export type Input = Uint8Array | string | readonly string[];

/** One reader and what it is fed. */
export interface Fuzzer<T extends Input = Input> {
  /** The classes of error by which the reader refuses, by their `name`. */
  readonly refusals: readonly string[];
  /** How many inputs of other readers one of these takes, where it is slow. */
  readonly cost?: number;
  /** An input, drawn from the stream alone. */
  make(random: RandomStream): T;
  /** Reads it as the toolkit does, and uses what was read. */
  read(input: T): unknown;
}

/** A fuzzer whose kind of input is nobody's business but its own. */
export function fuzzer<T extends Input>(made: Fuzzer<T>): Fuzzer {
  return made as unknown as Fuzzer;
}

/** Bytes that an input takes. */
export function sizeOf(input: Input): number {
  if (input instanceof Uint8Array) return input.length;
  if (typeof input === "string") return new TextEncoder().encode(input).length;
  return input.reduce((sum, word) => sum + word.length, 0);
}

/** One of a list. */
export function pick<T>(random: RandomStream, items: readonly T[]): T {
  return items[random.integer(items.length)];
}

/** Whether something that comes in so many of a hundred cases comes now. */
export function chance(random: RandomStream, percent: number): boolean {
  return random.integer(100) < percent;
}
