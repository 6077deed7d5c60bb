/**
 * SIMD kernels of table lookups and their gradients. An item is a row, or a segment in the gradient of a table.
 *
 * @module
 */
import {
  embeddingForward,
  embeddingGather,
  embeddingScatter,
  embeddingSegmentSum,
} from "./kernel.ts";
import { type Code, f32x4, i32, type Local, v128 } from "../simd/code.ts";
import type { FunctionBuilder } from "../simd/module_builder.ts";
import type { Parameters, SimdKernel } from "../simd/simd_kernel.ts";
import { byRows, element, walk } from "../simd/walk.ts";

/** The address of a row of a table. */
function rowOf(at: Parameters, table: string, row: Code, pitch: Code): Code {
  return element(at.u32(table), i32.mul(row, pitch));
}

/** Element `index` of a list of integers. */
function indexOf(at: Parameters, list: string, index: Code): Code {
  return i32.load(element(at.u32(list), index));
}

/** Copies a row to `to`, or adds it there if the kernel accumulates. */
function put(f: FunctionBuilder, at: Parameters, from: Code, to: Local, count: Local): void {
  f.if(
    at.is("accumulate", true),
    () =>
      walk(f, { count, read: [from, to], write: [to] }, ([x, old]) => ({
        write: [f32x4.add(old, x)],
      })),
    () => walk(f, { count, read: [from], write: [to] }, ([x]) => ({ write: [x] })),
  );
}

const forward: SimdKernel = {
  kernel: embeddingForward,
  divide: ({ rows, columns }) => byRows(rows, columns),
  define: () => (f, at) => {
    const columns = f.local("i32", at.u32("columns"));
    const row = at.begin;
    f.while(row, at.end, 1, () => {
      const read = [
        rowOf(at, "words", indexOf(at, "ids", row), columns),
        rowOf(at, "positions", i32.remU(row, at.u32("sequence")), columns),
        rowOf(at, "types", indexOf(at, "type_ids", row), columns),
      ];
      const write = [rowOf(at, "out", row, columns)];
      walk(f, { count: columns, read, write }, ([word, position, type]) => ({
        write: [f32x4.add(f32x4.add(word, position), type)],
      }));
    });
  },
};

const gather: SimdKernel = {
  kernel: embeddingGather,
  divide: ({ count, columns }) => byRows(count, columns),
  define: () => (f, at) => {
    const columns = f.local("i32", at.u32("columns"));
    f.while(at.begin, at.end, 1, () => {
      const read = [rowOf(at, "x", indexOf(at, "indices", at.begin), at.u32("pitch"))];
      const write = [rowOf(at, "out", at.begin, columns)];
      walk(f, { count: columns, read, write }, ([x]) => ({ write: [x] }));
    });
  },
};

const scatter: SimdKernel = {
  kernel: embeddingScatter,
  divide: ({ count, columns }) => byRows(count, columns),
  define: () => (f, at) => {
    const columns = f.local("i32", at.u32("columns"));
    f.while(at.begin, at.end, 1, () => {
      const index = indexOf(at, "indices", at.begin);
      const to = f.local("i32", rowOf(at, "out", index, columns));
      put(f, at, rowOf(at, "x", at.begin, columns), to, columns);
    });
  },
};

/** Number of columns of a segment that are summed at a time: what fits registers. */
const PANEL = 16;

const segmentSum: SimdKernel = {
  kernel: embeddingSegmentSum,
  divide: ({ segments, columns }) => byRows(segments, columns),
  define: () => (f, at) => {
    const columns = f.local("i32", at.u32("columns"));
    const whole = f.local("i32", i32.and(columns, -PANEL));
    f.while(at.begin, at.end, 1, () => {
      const first = f.local("i32", indexOf(at, "offsets", at.begin));
      const last = f.local("i32", i32.load(element(at.u32("offsets"), at.begin), 4));
      const row = indexOf(at, "rows", at.begin);
      const out = f.local("i32", rowOf(at, "out", row, columns));
      const column = f.local("i32", i32.constant(0));
      const segment = { first, last, out, column, columns };
      f.while(column, whole, PANEL, () => sumPanel(f, at, segment, PANEL / 4));
      f.while(column, columns, 1, () => sumPanel(f, at, segment, 0));
    });
  },
};

interface Segment {
  readonly first: Local;
  readonly last: Local;
  readonly out: Local;
  readonly column: Local;
  readonly columns: Local;
}

/** Sums `vectors` adjacent vectors of columns, or a single column if `vectors` is 0, in item order. */
function sumPanel(f: FunctionBuilder, at: Parameters, segment: Segment, vectors: number): void {
  const { first, last, out, column, columns } = segment;
  const load = vectors === 0 ? v128.loadSplat : v128.load;
  const sums = Array.from(
    { length: Math.max(vectors, 1) },
    () => f.local("v128", f32x4.constant(0)),
  );
  const x = f.local("i32", element(at.u32("x"), column));
  f.loop(first, last, 1, (j) => {
    const from = f.local("i32", element(x, i32.mul(indexOf(at, "items", j), columns)));
    sums.forEach((sum, v) => f.set(sum, f32x4.add(sum, load(from, 16 * v))));
    f.release("i32", from);
  });
  const to = f.local("i32", element(out, column));
  f.if(
    at.is("accumulate", true),
    () => sums.forEach((sum, v) => f.set(sum, f32x4.add(load(to, 16 * v), sum))),
  );
  sums.forEach((sum, v) =>
    f.do(vectors === 0 ? v128.storeLane(to, sum, 0) : v128.store(to, sum, 16 * v))
  );
  f.release("v128", ...sums);
  f.release("i32", x, to);
}

/** The SIMD kernels of the family. */
export const EMBEDDING_SIMD: readonly SimdKernel[] = [forward, gather, scatter, segmentSum];
