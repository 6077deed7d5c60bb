/** Feeds one fuzzer's reader with inputs. */
import { RandomStream } from "../../src/tensor/random/mod.ts";
import type { Fuzzer } from "./fuzzer.ts";
import { judge } from "./judge.ts";

/** What is fed. */
export interface Feed {
  /** Name of the fuzzer. */
  readonly name: string;
  readonly seed: number;
  /** Number of the first input. */
  readonly from: number;
  /** How many inputs. */
  readonly count: number;
}

/** What came of it. */
export interface Outcome {
  readonly name: string;
  readonly inputs: number;
  /** How inputs were taken or refused, counted. */
  readonly ends: Readonly<Record<string, number>>;
  /** Milliseconds of the slowest. */
  readonly slowest: number;
  /** Numbers of inputs that were not read as they should, and what happened. */
  readonly faults: readonly { readonly at: number; readonly fault: string }[];
}

/** Faults after which a fuzzer gives up. */
const ENOUGH = 500;

/** An input is a function of seed, name and number: any of them can be made again alone. */
export function makeInput({ make }: Fuzzer, name: string, seed: number, at: number) {
  return make(new RandomStream(seed, hash(name), at));
}

/**
 * Makes inputs and judges how they are read.
 *
 * @param begun Told the number of each input before it is read.
 */
export async function runFuzzer(
  fuzzer: Fuzzer,
  { name, seed, from, count }: Feed,
  begun: (at: number) => void = () => {},
): Promise<Outcome> {
  const ends: Record<string, number> = {};
  const faults: { at: number; fault: string }[] = [];
  let slowest = 0, at = from;
  for (; at < from + count && faults.length < ENOUGH; at++) {
    begun(at);
    const input = makeInput(fuzzer, name, seed, at);
    let verdict = await judge(fuzzer, input);
    // The machine may have been busy, the heap just about to grow: once is no fault.
    if (verdict.fault?.startsWith("took")) verdict = await judge(fuzzer, input);
    ends[verdict.end] = (ends[verdict.end] ?? 0) + 1;
    slowest = Math.max(slowest, verdict.milliseconds);
    if (verdict.fault !== null) faults.push({ at, fault: verdict.fault });
  }
  return { name, inputs: at - from, ends, slowest, faults };
}

/** FNV-1a of a name. */
function hash(name: string): number {
  let sum = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}
