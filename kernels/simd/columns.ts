/**
 * Column sums over chunks of rows.
 *
 * @module
 */
import type { Structural, Uniforms } from "../kernel.ts";
import { type Code, f32x4, i32, type Local, v128 } from "./code.ts";
import type { FunctionBuilder } from "./module_builder.ts";
import type { Division, Parameters } from "./simd_kernel.ts";
import { element } from "./walk.ts";

/** Columns of an item: one cache line of 64 bytes. */
const COLUMN_BLOCK = 16;

/** Divides a matrix. An item is a chunk of rows and a block of columns; `extra` is the number of blocks. */
export function blocksOfColumns(uniforms: Uniforms, _structural: Structural): Division {
  const { rows, columns, rows_per_chunk } = uniforms;
  const blocks = Math.ceil(columns / COLUMN_BLOCK);
  const elements = COLUMN_BLOCK * Math.min(rows, rows_per_chunk);
  return {
    items: Math.ceil(rows / rows_per_chunk) * blocks,
    grain: Math.max(1, Math.floor(16_384 / Math.max(elements, 1))),
    extra: [blocks],
  };
}

/** What {@linkcode sumColumns} reads, sums and writes. */
export interface ColumnSums {
  /** Names of the matrices to read. */
  readonly read: readonly string[];
  /** Addresses of the matrices of sums, `[chunks, writePitch]` each. */
  readonly write: readonly Code[];
  /** Distance between rows of the matrices of sums, in elements. */
  readonly writePitch: Code;
  /** Distance between rows of the matrices to read, in bytes. */
  readonly pitch: Local;
  /** The term of each sum, from the elements of a row. */
  readonly terms: (row: Local, values: readonly Local[]) => readonly Code[];
  /** The value to store, from a sum and the stored value; the sum alone if absent. */
  readonly store?: (sum: Local, old: Code) => Code;
}

/** Sums in row order. Uses the parameters `rows`, `columns`, `rows_per_chunk` and the extra `blocks`. */
export function sumColumns(f: FunctionBuilder, at: Parameters, sums: ColumnSums): void {
  const columns = f.local("i32", at.u32("columns"));
  const rows = f.local("i32", at.u32("rows"));
  const blocks = f.local("i32", at.u32("blocks"));
  f.while(at.begin, at.end, 1, () => {
    const chunk = f.local("i32", i32.divU(at.begin, blocks));
    const column = f.local("i32", i32.mul(i32.remU(at.begin, blocks), COLUMN_BLOCK));
    const firstRow = f.local("i32", i32.mul(chunk, at.u32("rows_per_chunk")));
    const lastRow = f.local("i32", i32.add(firstRow, at.u32("rows_per_chunk")));
    f.set(lastRow, i32.minU(lastRow, rows));
    const range = { firstRow, lastRow, chunk, column };
    f.if(
      i32.leU(i32.add(column, COLUMN_BLOCK), columns),
      () => sumBlock(f, at, sums, range, COLUMN_BLOCK / 4),
      () => f.while(column, columns, 1, () => sumBlock(f, at, sums, range, 0)),
    );
  });
}

interface Range {
  readonly firstRow: Local;
  readonly lastRow: Local;
  readonly chunk: Local;
  readonly column: Local;
}

/** Sums `vectors` adjacent vectors of columns, or a single column if `vectors` is 0. */
function sumBlock(
  f: FunctionBuilder,
  at: Parameters,
  { read, write, writePitch, pitch, terms, store = (sum) => sum }: ColumnSums,
  { firstRow, lastRow, chunk, column }: Range,
  vectors: number,
): void {
  const lanes = Math.max(vectors, 1);
  const load = vectors === 0 ? v128.loadSplat : v128.load;
  const sums = write.map(() =>
    Array.from({ length: lanes }, () => f.local("v128", f32x4.constant(0)))
  );
  const sources = read.map((name) =>
    f.local(
      "i32",
      i32.add(element(at.u32(name), column), i32.mul(firstRow, pitch)),
    )
  );
  f.loop(firstRow, lastRow, 1, (row) => {
    for (let v = 0; v < lanes; v++) {
      const values = sources.map((source) => f.local("v128", load(source, 16 * v)));
      terms(row, values).forEach((term, i) => f.set(sums[i][v], f32x4.add(sums[i][v], term)));
      f.release("v128", ...values);
    }
    for (const source of sources) f.set(source, i32.add(source, pitch));
  });
  write.forEach((start, i) => {
    const target = f.local("i32", element(start, i32.add(i32.mul(chunk, writePitch), column)));
    sums[i].forEach((sum, v) => {
      const result = store(sum, load(target, 16 * v));
      f.do(
        vectors === 0 ? v128.storeLane(target, result, 0) : v128.store(target, result, 16 * v),
      );
    });
    f.release("i32", target);
  });
  f.release("v128", ...sums.flat());
  f.release("i32", ...sources);
}
