/**
 * Operations across the four lanes of vectors.
 *
 * @module
 */
import { type Code, f32, f32x4, i32x4, type Local } from "./code.ts";
import type { FunctionBuilder } from "./module_builder.ts";

/** A new variable with four sums that start at zero. */
export function zeroSum(f: FunctionBuilder): Local {
  return f.local("v128", f32x4.constant(0));
}

/** The sum of the four lanes. */
export function sumLanes(sum: Local): Code {
  return f32.add(
    f32.add(f32x4.extract(sum, 0), f32x4.extract(sum, 1)),
    f32.add(f32x4.extract(sum, 2), f32x4.extract(sum, 3)),
  );
}

/** The columns of a 4 × 4 matrix given by its rows, as new variables. */
export function transposeFour(f: FunctionBuilder, rows: readonly Code[]): Local[] {
  const [a, b, c, d] = rows;
  const lowAB = f.local("v128", i32x4.shuffle(a, b, 0, 4, 1, 5));
  const highAB = f.local("v128", i32x4.shuffle(a, b, 2, 6, 3, 7));
  const lowCD = f.local("v128", i32x4.shuffle(c, d, 0, 4, 1, 5));
  const highCD = f.local("v128", i32x4.shuffle(c, d, 2, 6, 3, 7));
  const columns = [
    f.local("v128", i32x4.shuffle(lowAB, lowCD, 0, 1, 4, 5)),
    f.local("v128", i32x4.shuffle(lowAB, lowCD, 2, 3, 6, 7)),
    f.local("v128", i32x4.shuffle(highAB, highCD, 0, 1, 4, 5)),
    f.local("v128", i32x4.shuffle(highAB, highCD, 2, 3, 6, 7)),
  ];
  f.release("v128", lowAB, highAB, lowCD, highCD);
  return columns;
}
