/**
 * Packing of matrix panels for {@link ./matmul.ts}: a panel is `width` rows (of A) or columns (of B) of one block of k, laid out so that
 * the `width` numbers of each k follow one another; what the matrix does not have is zero.
 *
 * @module
 */
import { type Code, f32, i32, i32x4, type Local, v128 } from "../simd/code.ts";
import type { FunctionBuilder, FunctionReference, ModuleBuilder } from "../simd/module_builder.ts";

/** The two ways in which a panel may lie in its matrix. Parameters: destination, source, stride in bytes, depth, rows or columns there are. */
export interface Packing {
  /** The numbers of one k lie side by side; `stride` leads to the next k. */
  readonly copy: FunctionReference;
  /** The k of one row lie side by side; `stride` leads to the next row. */
  readonly transpose: FunctionReference;
}

/** Adds both functions for one width of panel, 4 or 8. */
export function packing(module: ModuleBuilder, width: 4 | 8): Packing {
  const signature = ["i32", "i32", "i32", "i32", "i32"] as const;
  return {
    copy: module.function(signature, null, (f) => {
      const [to, from, stride, depth, valid] = f.parameters;
      f.if(
        i32.eq(valid, width),
        () =>
          f.loop(i32.constant(0), depth, 1, () => {
            for (let j = 0; j < width; j += 4) f.do(v128.store(to, v128.load(from, 4 * j), 4 * j));
            f.set(to, i32.add(to, 4 * width));
            f.set(from, i32.add(from, stride));
          }),
        () =>
          f.loop(i32.constant(0), depth, 1, () => {
            copyPart(f, { to, from, step: i32.constant(4), valid, width });
            f.set(from, i32.add(from, stride));
          }),
      );
    }),
    transpose: module.function(signature, null, (f) => {
      const [to, from, stride, depth, valid] = f.parameters;
      const k = f.local("i32", i32.constant(0));
      f.if(i32.eq(valid, width), () => {
        const fours = f.local("i32", i32.and(depth, -4));
        f.while(k, fours, 4, () => {
          for (let j = 0; j < width; j += 4) transposeFour(f, { to, from, stride, j, width });
          f.set(to, i32.add(to, 16 * width));
          f.set(from, i32.add(from, 16));
        });
      });
      f.while(k, depth, 1, () => {
        copyPart(f, { to, from, step: stride, valid, width });
        f.set(from, i32.add(from, 4));
      });
    }),
  };
}

interface Part {
  readonly to: Local;
  readonly from: Local;
  readonly step: Code;
  readonly valid: Local;
  readonly width: number;
}

/** Copies the `valid` numbers of one k, zeros after them, and moves `to` past them. */
function copyPart(f: FunctionBuilder, { to, from, step, valid, width }: Part): void {
  const source = f.local("i32", from);
  f.loop(i32.constant(0), i32.constant(width), 1, (j) => {
    f.if(
      i32.ltU(j, valid),
      () => f.do(f32.store(to, f32.load(source))),
      () => f.do(f32.store(to, f32.constant(0))),
    );
    f.set(source, i32.add(source, step));
    f.set(to, i32.add(to, 4));
  });
  f.release("i32", source);
}

interface Square {
  readonly to: Local;
  readonly from: Local;
  readonly stride: Local;
  readonly j: number;
  readonly width: number;
}

/** Four k of the rows `j` to `j + 3`. */
function transposeFour(f: FunctionBuilder, { to, from, stride, j, width }: Square): void {
  const row = f.local("i32", i32.add(from, i32.mul(stride, j)));
  const rows = [0, 1, 2, 3].map(() => {
    const loaded = f.local("v128", v128.load(row));
    f.set(row, i32.add(row, stride));
    return loaded;
  });
  const columns = transposed(f, rows);
  columns.forEach((column, k) => f.do(v128.store(to, column, 4 * (k * width + j))));
  f.release("v128", ...rows, ...columns);
  f.release("i32", row);
}

/** The columns of a 4 × 4 matrix given by its rows, as new variables. */
export function transposed(f: FunctionBuilder, rows: readonly Code[]): Local[] {
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
