/**
 * The innermost loop of the matrix multiplication: 4 rows and 8 columns of C from packed panels.
 *
 * @module
 */
import { f32, f32x4, i32, type Local, v128 } from "../simd/code.ts";
import type { FunctionBuilder, FunctionReference, ModuleBuilder } from "../simd/module_builder.ts";
import type { MultiplyAdd } from "../simd/macro.ts";

/** Rows of a micro-tile. Its eight sums (four rows of two vectors) fit the sixteen vector registers of x86. */
export const MR = 4;
/** Columns of a micro-tile. */
export const NR = 8;

/**
 * Adds the function that computes `C = alpha·A·B + bias`, or `C += …`, for one micro-tile. Parameters: packed A, packed B, depth, C,
 * pitch of C in bytes, rows, columns, alpha, whether to add to C, bias (0 for none), memory for a partial tile.
 */
export function addMicroKernel(
  module: ModuleBuilder,
  multiplyAdd: MultiplyAdd,
): FunctionReference {
  return module.function(
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "f32", "i32", "i32", "i32"],
    null,
    (f) => {
      const [a, b, depth, c, pitch, rows, columns, alpha, add, bias, edge] = f.parameters;
      const sums = Array.from(
        { length: MR },
        () => [f.local("v128", f32x4.constant(0)), f.local("v128", f32x4.constant(0))],
      );
      const end = f.local("i32", i32.add(a, i32.mul(depth, 4 * MR)));
      const left = f.local("v128", f32x4.constant(0));
      const right = f.local("v128", f32x4.constant(0));
      // Unrolling this loop makes it slower, because engines run out of registers.
      f.while(a, end, 4 * MR, () => {
        f.set(left, v128.load(b));
        f.set(right, v128.load(b, 16));
        const x = f.local("v128", v128.loadSplat(a));
        sums.forEach(([first, second], row) => {
          if (row > 0) f.set(x, v128.loadSplat(a, 4 * row));
          f.set(first, multiplyAdd(x, left, first));
          f.set(second, multiplyAdd(x, right, second));
        });
        f.set(b, i32.add(b, 4 * NR));
      });
      f.set(left, f32x4.splat(alpha));
      for (const sum of sums.flat()) f.set(sum, f32x4.mul(sum, left));
      f.if(
        i32.and(i32.eq(rows, MR), i32.eq(columns, NR)),
        () => storeWhole(f, { sums, c, pitch, add, bias }),
        () => storePart(f, { sums, c, pitch, add, bias }, rows, columns, edge),
      );
    },
  );
}

interface Target {
  readonly sums: readonly (readonly Local[])[];
  readonly c: Local;
  readonly pitch: Local;
  readonly add: Local;
  readonly bias: Local;
}

function storeWhole(f: FunctionBuilder, { sums, c, pitch, add, bias }: Target): void {
  f.if(bias, () => {
    for (const row of sums) {
      row.forEach((sum, v) => f.set(sum, f32x4.add(sum, v128.load(bias, 16 * v))));
    }
  });
  f.if(add, () => {
    const address = f.local("i32", c);
    for (const row of sums) {
      row.forEach((sum, v) => f.set(sum, f32x4.add(sum, v128.load(address, 16 * v))));
      f.set(address, i32.add(address, pitch));
    }
    f.release("i32", address);
  });
  for (const row of sums) {
    row.forEach((sum, v) => f.do(v128.store(c, sum, 16 * v)));
    f.set(c, i32.add(c, pitch));
  }
}

/** Stores a partial tile element by element, with the same additions in the same order as {@linkcode storeWhole}. */
function storePart(
  f: FunctionBuilder,
  { sums, c, pitch, add, bias }: Target,
  rows: Local,
  columns: Local,
  edge: Local,
): void {
  sums.forEach((row, r) =>
    row.forEach((sum, v) => f.do(v128.store(edge, sum, 4 * (r * NR + 4 * v))))
  );
  f.loop(i32.constant(0), rows, 1, () => {
    f.loop(i32.constant(0), columns, 1, (column) => {
      const address = f.local("i32", i32.add(c, i32.shl(column, 2)));
      const sum = f.local("f32", f32.load(i32.add(edge, i32.shl(column, 2))));
      f.if(bias, () => f.set(sum, f32.add(sum, f32.load(i32.add(bias, i32.shl(column, 2))))));
      f.if(add, () => f.set(sum, f32.add(sum, f32.load(address))));
      f.do(f32.store(address, sum));
      f.release("i32", address);
      f.release("f32", sum);
    });
    f.set(edge, i32.add(edge, 4 * NR));
    f.set(c, i32.add(c, pitch));
  });
}
