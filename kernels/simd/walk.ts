/**
 * Loops over arrays, four elements at a time and the last few one by one, and the ways of dividing arrays among threads.
 *
 * @module
 */
import type { Uniforms } from "../kernel.ts";
import { type Code, f32, f32x4, i32, i32x4, type Local, v128 } from "./code.ts";
import type { FunctionBuilder } from "./module_builder.ts";
import type { Division, Parameters } from "./simd_kernel.ts";

/** Elements that one thread takes at a time, about. */
const SLICE = 16_384;
/** Elements of an item where arrays are divided by elements. */
const CHUNK = 4096;

/** Division of `count` elements that have nothing to do with each other. */
export function byElements({ count }: Uniforms): Division {
  return { items: Math.ceil(count / CHUNK), grain: SLICE / CHUNK };
}

/** Division of `rows` rows of `columns` elements. */
export function byRows(rows: number, columns: number): Division {
  return { items: rows, grain: Math.max(1, Math.floor(SLICE / Math.max(columns, 1))) };
}

/** First element and number of elements of a range of {@linkcode byElements}. */
export function elementsOf(f: FunctionBuilder, at: Parameters): { first: Local; count: Local } {
  const first = f.local("i32", i32.mul(at.begin, CHUNK));
  const end = f.local("i32", i32.mul(at.end, CHUNK));
  const total = f.local("i32", at.u32("count"));
  const count = f.local("i32", i32.sub(i32.minU(end, total), first));
  f.release("i32", end, total);
  return { first, count };
}

/** The address of element `index` of an array. */
export function element(array: Code, index: Code): Code {
  return i32.add(array, i32.shl(index, 2));
}

/** What a walk reads and writes. */
export interface Walk {
  /** Number of elements. */
  readonly count: Local;
  /** Addresses of what is read. */
  readonly read: readonly Code[];
  /** Addresses of what is written; may be among those that are read. */
  readonly write?: readonly Code[];
  /** Sums that grow, four lanes each. */
  readonly sums?: readonly Local[];
}

/** What a walk makes of the elements it has read. */
export interface Step {
  readonly write?: readonly Code[];
  /** Terms for the sums. */
  readonly add?: readonly Code[];
}

/** Walks over arrays of one length. `step` must treat each lane alike: the last elements come alone, in the first lane. */
export function walk(
  f: FunctionBuilder,
  { count, read, write = [], sums = [] }: Walk,
  step: (values: readonly Local[]) => Step,
): void {
  const sources = read.map((address) => f.local("i32", address));
  const targets = write.map((address) => f.local("i32", address));
  const position = f.local("i32", i32.constant(0));
  const fours = f.local("i32", i32.and(count, -4));
  const pass = (width: 4 | 1, end: Local, strands: readonly (readonly Local[])[]) =>
    f.while(position, end, width * strands.length, () =>
      strands.forEach((growing) => {
        const load = width === 4 ? v128.load : v128.loadSplat;
        const values = sources.map((source) => f.local("v128", load(source)));
        const { write: written = [], add = [] } = step(values);
        const results = written.map((code) => f.local("v128", code));
        add.forEach((term, i) => {
          const counted = width === 4 ? term : v128.and(term, i32x4.lanes(-1, 0, 0, 0));
          f.set(growing[i], f32x4.add(growing[i], counted));
        });
        results.forEach((result, i) =>
          f.do(width === 4 ? v128.store(targets[i], result) : v128.storeLane(targets[i], result, 0))
        );
        for (const pointer of [...sources, ...targets]) {
          f.set(pointer, i32.add(pointer, 4 * width));
        }
        f.release("v128", ...values, ...results);
      }));
  if (sums.length > 0) {
    // Four sums side by side: shorter chains of additions, so faster and nearer the truth.
    const sixteens = f.local("i32", i32.and(count, -16));
    const others = [1, 2, 3].map(() => sums.map(() => zeroSum(f)));
    pass(4, sixteens, [sums, ...others]);
    for (const other of others) {
      other.forEach((sum, i) => f.set(sums[i], f32x4.add(sums[i], sum)));
      f.release("v128", ...other);
    }
    f.release("i32", sixteens);
  }
  pass(4, fours, [sums]);
  pass(1, count, [sums]);
  f.release("i32", ...sources, ...targets, position, fours);
}

/** A sum of four lanes that starts at zero. */
export function zeroSum(f: FunctionBuilder): Local {
  return f.local("v128", f32x4.constant(0));
}

/** The sum of the four lanes. */
export function across(sum: Local): Code {
  return f32.add(
    f32.add(f32x4.extract(sum, 0), f32x4.extract(sum, 1)),
    f32.add(f32x4.extract(sum, 2), f32x4.extract(sum, 3)),
  );
}

/** Writes zeros. */
export function clear(f: FunctionBuilder, address: Code, count: Local): void {
  walk(f, { count, read: [], write: [address] }, () => ({ write: [f32x4.constant(0)] }));
}
