/**
 * The sums of the rows of op(A) on one thread.
 *
 * @module
 */
import { type Code, f32, f32x4, i32, type Local, v128 } from "../simd/code.ts";
import { sumLanes, zeroSum } from "../simd/lanes.ts";
import type { FunctionBuilder } from "../simd/module_builder.ts";
import type { Parameters } from "../simd/simd_kernel.ts";
import { element, walk } from "../simd/walk.ts";

/** Columns of a transposed A that are added up at a time: a cache line of 64 bytes. */
const COLUMNS = 16;

/** Number of k whose sum is added to a result at once. Short sums round less. */
const BLOCK = 64;

/**
 * Adds the sums of `rows` rows of `alpha·op(A)`, from `row` on, to `row_sums`. Each sum is taken over blocks of {@linkcode BLOCK} k, so it does
 * not depend on how rows are divided.
 */
export function addRowSums(f: FunctionBuilder, at: Parameters, row: Local, rows: Local): void {
  const k = f.local("i32", at.u32("k"));
  const pitch = f.local("i32", i32.shl(at.u32("lda"), 2));
  const end = f.local("i32", i32.add(row, rows));
  f.loop(i32.constant(0), k, BLOCK, (first) => {
    const depth = f.local("i32", i32.sub(k, first));
    f.set(depth, i32.minU(depth, BLOCK));
    const part = { row, end, first, depth, pitch };
    f.if(at.is("transpose_a", true), () => addColumns(f, at, part), () => addRows(f, at, part));
    f.release("i32", depth);
  });
  f.release("i32", k, pitch, end);
}

/** Rows `row` to `end` of op(A), and `depth` k from `first` on. */
interface Part {
  readonly row: Local;
  readonly end: Local;
  readonly first: Local;
  readonly depth: Local;
  /** Distance between stored rows of A, in bytes. */
  readonly pitch: Local;
}

/** The sums of a transposed A: of columns, {@linkcode COLUMNS} at a time, then one by one. */
function addColumns(f: FunctionBuilder, at: Parameters, { row, end, first, depth, pitch }: Part) {
  const column = f.local("i32", row);
  const pass = (vectors: number, lastColumn: Code) =>
    f.while(column, lastColumn, Math.max(4 * vectors, 1), () => {
      const load = vectors === 0 ? v128.loadSplat : v128.load;
      const sums = Array.from({ length: Math.max(vectors, 1) }, () => zeroSum(f));
      const source = f.local(
        "i32",
        i32.add(element(at.u32("a"), column), i32.mul(first, pitch)),
      );
      f.loop(i32.constant(0), depth, 1, () => {
        sums.forEach((sum, v) => f.set(sum, f32x4.add(sum, load(source, 16 * v))));
        f.set(source, i32.add(source, pitch));
      });
      const target = f.local("i32", element(at.u32("row_sums"), column));
      sums.forEach((sum, v) => {
        const scaled = f32x4.mul(sum, f32x4.splat(at.f32("alpha")));
        const result = f32x4.add(load(target, 16 * v), scaled);
        f.do(
          vectors === 0 ? v128.storeLane(target, result, 0) : v128.store(target, result, 16 * v),
        );
      });
      f.release("i32", source, target);
      f.release("v128", ...sums);
    });
  const whole = i32.add(row, i32.and(i32.sub(end, row), -COLUMNS));
  const lastWhole = f.local("i32", whole);
  pass(COLUMNS / 4, lastWhole);
  pass(0, end);
  f.release("i32", column, lastWhole);
}

/** The sums of an A that is stored as it is: of rows. */
function addRows(f: FunctionBuilder, at: Parameters, { row, end, first, depth, pitch }: Part) {
  f.loop(row, end, 1, (current) => {
    const sum = zeroSum(f);
    const source = i32.add(element(at.u32("a"), first), i32.mul(current, pitch));
    walk(f, { count: depth, read: [source], sums: [sum] }, ([x]) => ({ add: [x] }));
    const target = f.local("i32", element(at.u32("row_sums"), current));
    const scaled = f32.mul(sumLanes(sum), at.f32("alpha"));
    f.do(f32.store(target, f32.add(f32.load(target), scaled)));
    f.release("i32", target);
    f.release("v128", sum);
  });
}
