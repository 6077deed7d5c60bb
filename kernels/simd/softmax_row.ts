/**
 * The maximum and the softmax of one row.
 *
 * @module
 */
import { type Code, f32, f32x4, i32x4, type Local } from "./code.ts";
import { sumLanes, zeroSum } from "./lanes.ts";
import type { Library } from "./library.ts";
import type { FunctionBuilder } from "./module_builder.ts";
import { walk } from "./walk.ts";

/** The maximum of `scale·x` over `count` elements, in all lanes. NaN is ignored; −Infinity if there is no other element. */
export function maximum(
  f: FunctionBuilder,
  address: Code,
  count: Local,
  scale?: Local,
  max = f32x4.pseudoMax,
): Local {
  const largest = f.local("v128", f32x4.constant(-Infinity));
  walk(f, { count, read: [address] }, ([x]) => {
    // The last elements are loaded into all four lanes, which does not change a maximum.
    const scaled = scale === undefined ? x : f32x4.mul(scale, x);
    f.set(largest, max(largest, scaled));
    return {};
  });
  f.set(largest, max(largest, i32x4.shuffle(largest, largest, 2, 3, 0, 1)));
  f.set(largest, max(largest, i32x4.shuffle(largest, largest, 1, 0, 3, 2)));
  return largest;
}

/** One row of scores. */
export interface ScoreRow {
  /** Address of the scores. */
  readonly scores: Code;
  /** Address of the probabilities, which may be that of the scores. */
  readonly probabilities: Code;
  /** Number of scores. */
  readonly count: Local;
  /** Factor of the scores, in all lanes. */
  readonly scale: Local;
}

/**
 * Writes the softmax of a row. Returns the maximum of the scaled scores, in all lanes, and the sum of the exponentials of their
 * distances to it.
 */
export function softmaxRow(
  f: FunctionBuilder,
  library: Library,
  { scores, probabilities, count, scale }: ScoreRow,
): { largest: Local; total: Local } {
  const largest = maximum(f, scores, count, scale);
  // Next to numbers, NaN makes the total NaN. Among −Infinity alone, it must be the maximum.
  f.if(f32.eq(f32x4.extract(largest, 0), -Infinity), () => {
    f.set(largest, maximum(f, scores, count, scale, f32x4.max));
  });
  const sums = zeroSum(f);
  walk(f, { count, read: [scores], write: [probabilities], sums: [sums] }, ([x]) => {
    f.set(x, library.exp(f, f32x4.sub(f32x4.mul(scale, x), largest)));
    return { write: [x], add: [x] };
  });
  const total = f.local("f32", sumLanes(sums));
  const inverse = f.local("v128", f32x4.splat(f32.div(1, total)));
  walk(f, { count, read: [probabilities], write: [probabilities] }, ([p]) => ({
    write: [f32x4.mul(p, inverse)],
  }));
  f.release("v128", sums, inverse);
  return { largest, total };
}
