/**
 * Packing of matrix panels for {@link ./simd_tile.ts}. A panel has `width` rows of A, or columns of B, of one block of k. The `width`
 * elements of each k are adjacent; rows and columns past the edge of the matrix are zero.
 *
 * @module
 */
import { type Code, f32, i32, type Local, v128 } from "../simd/code.ts";
import { transposeFour } from "../simd/lanes.ts";
import type { FunctionBuilder, FunctionReference, ModuleBuilder } from "../simd/module_builder.ts";

/** Functions that pack a panel. Parameters: destination, source, stride in bytes, depth, number of rows or columns inside the matrix. */
export interface Packing {
  /** For a matrix in which the elements of one k are adjacent; `stride` is the distance between successive k. */
  readonly copy: FunctionReference;
  /** For a matrix in which the elements of one row are adjacent; `stride` is the distance between rows. */
  readonly transpose: FunctionReference;
}

/** Adds both functions for panels of one width. */
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
          for (let j = 0; j < width; j += 4) packSquare(f, { to, from, stride, j, width });
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

/** Copies the `valid` elements of one k, appends zeros up to `width`, and advances `to`. */
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

/** Packs four k of the rows `j` to `j + 3`. */
function packSquare(f: FunctionBuilder, { to, from, stride, j, width }: Square): void {
  const row = f.local("i32", i32.add(from, i32.mul(stride, j)));
  const rows = [0, 1, 2, 3].map(() => {
    const loaded = f.local("v128", v128.load(row));
    f.set(row, i32.add(row, stride));
    return loaded;
  });
  const columns = transposeFour(f, rows);
  columns.forEach((column, k) => f.do(v128.store(to, column, 4 * (k * width + j))));
  f.release("v128", ...rows, ...columns);
  f.release("i32", row);
}
