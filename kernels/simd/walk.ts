/**
 * Loops over arrays (four elements at a time, the last few one by one) and the ways to divide arrays among threads.
 *
 * @module
 */
import type { Uniforms } from "../kernel.ts";
import { type Code, f32x4, i32, i32x4, type Local, v128 } from "./code.ts";
import { zeroSum } from "./lanes.ts";
import type { FunctionBuilder } from "./module_builder.ts";
import type { Division, Parameters } from "./simd_kernel.ts";

/** Approximate number of elements in a slice, the unit of work that a thread takes. */
const SLICE = 16_384;
/** Elements of an item where arrays are divided by elements. */
const CHUNK = 4096;

/** Divides `count` independent elements. */
export function byElements({ count }: Uniforms): Division {
  return { items: Math.ceil(count / CHUNK), grain: SLICE / CHUNK };
}

/** Divides `rows` rows of `columns` elements. An item is a row. */
export function byRows(rows: number, columns: number): Division {
  return { items: rows, grain: Math.max(1, Math.floor(SLICE / Math.max(columns, 1))) };
}

/** The first element and the number of elements of a thread's range of {@linkcode byElements}. */
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
  /** Number of elements of each array. */
  readonly count: Local;
  /** Addresses of the arrays to read. */
  readonly read: readonly Code[];
  /** Addresses of the arrays to write, which may also be read. */
  readonly write?: readonly Code[];
  /** Sums to accumulate, four lanes each. */
  readonly sums?: readonly Local[];
}

/** What one step of a walk computes from the elements that it has read. */
export interface Step {
  /** Values for the arrays to write. */
  readonly write?: readonly Code[];
  /** Terms for the sums. */
  readonly add?: readonly Code[];
}

/**
 * Walks over arrays of equal length. `step` must compute each lane independently of the others: the last elements are processed
 * one at a time, in the first lane.
 */
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
      strands.forEach((accumulators) => {
        const load = width === 4 ? v128.load : v128.loadSplat;
        const values = sources.map((source) => f.local("v128", load(source)));
        const { write: written = [], add = [] } = step(values);
        const results = written.map((code) => f.local("v128", code));
        add.forEach((term, i) => {
          const counted = width === 4 ? term : v128.and(term, i32x4.lanes(-1, 0, 0, 0));
          f.set(accumulators[i], f32x4.add(accumulators[i], counted));
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
    // Four accumulators per sum: shorter chains of dependent additions are faster and round less.
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

/** Fills `count` elements with zeros. */
export function clear(f: FunctionBuilder, address: Code, count: Local): void {
  walk(f, { count, read: [], write: [address] }, () => ({ write: [f32x4.constant(0)] }));
}
