/**
 * SIMD kernels of attention. An item is a block of queries or keys of one head; see {@link ./simd_block.ts}.
 *
 * @module
 */
import {
  attentionBackwardKey,
  attentionBackwardQuery,
  attentionForward,
  attentionStatistics,
} from "./kernel.ts";
import { type Code, f32, f32x4, i32, type Local, v128 } from "../simd/code.ts";
import { sumLanes, zeroSum } from "../simd/lanes.ts";
import type { FunctionBuilder } from "../simd/module_builder.ts";
import {
  type Block,
  BLOCK_EXTRA,
  blockOf,
  divideIntoBlocks,
  multiply,
  transpose,
} from "./simd_block.ts";
import { maskOf } from "../philox/simd.ts";
import { DKEY, DVALUE } from "./layout.ts";
import type { Parameters, SimdKernel } from "../simd/simd_kernel.ts";
import type { Library } from "../simd/library.ts";
import { softmaxRow } from "../simd/softmax_row.ts";
import type { StoredOperand } from "../matmul/simd_tile.ts";
import { byRows, clear, element, walk } from "../simd/walk.ts";

const forward: SimdKernel = {
  kernel: attentionForward,
  extra: BLOCK_EXTRA,
  divide: divideIntoBlocks,
  define: (library) => (f, at) => {
    const scale = f.local("v128", f32x4.splat(at.f32("scale")));
    const keepScale = f.local("v128", f32x4.splat(at.f32("keep_scale")));
    const item = at.begin;
    f.while(item, at.end, 1, () => {
      const block = blockOf(f, at, item);
      const { first, count, keys, size, sequence } = block;
      const scores = matrix(f, block.firstScores, sequence);
      const [query, key] = [block.tokens("query", first), block.tokens("key")];
      multiply(f, at, library, scores, [count, size, keys], query, transpose(key));
      f.loop(i32.constant(0), count, 1, (r) => {
        const row = f.local("i32", i32.add(i32.add(block.row, first), r));
        const start = f.local("i32", i32.add(scores.at, i32.mul(r, scores.pitch)));
        const whole = { scores: start, probabilities: start, count: keys, scale };
        const { largest, total } = softmaxRow(f, library, whole);
        const logarithm = f.local("v128", library.log(f, f32x4.splat(total)));
        // With −Infinity alone, the total is NaN.
        f.do(f32.store(
          element(at.u32("log_sum_exp"), row),
          f32.select(
            f32x4.extract(f32x4.add(largest, logarithm), 0),
            -Infinity,
            f32.ne(f32x4.extract(largest, 0), -Infinity),
          ),
        ));
        f.if(at.is("dropout", true), () => {
          const mask = maskOf(f, at, library.dropoutMask, {
            ...{ to: block.mask, row, firstColumn: i32.constant(0) },
            ...{ count: keys, columns: sequence },
          });
          walk(f, { count: keys, read: [start, mask], write: [start] }, ([p, mask]) => ({
            write: [v128.and(f32x4.mul(p, keepScale), mask)],
          }));
          f.release("i32", mask);
        });
        f.release("i32", row, start);
        f.release("v128", largest, logarithm);
        f.release("f32", total);
      });
      const out = block.tokens("out", first);
      multiply(f, at, library, out, [count, keys, size], scores, block.tokens("value"));
    });
  },
};

const statistics: SimdKernel = {
  kernel: attentionStatistics,
  divide: ({ batch, heads, sequence, size }) => byRows(batch * heads * sequence, size),
  define: () => (f, at) => {
    const [sequence, heads, size] = ["sequence", "heads", "size"]
      .map((name) => f.local("i32", at.u32(name)));
    const row = at.begin;
    f.while(row, at.end, 1, () => {
      const group = f.local("i32", i32.divU(row, sequence));
      const token = i32.add(i32.mul(i32.divU(group, heads), sequence), i32.remU(row, sequence));
      const start = f.local(
        "i32",
        i32.add(i32.mul(token, at.u32("out_pitch")), i32.mul(i32.remU(group, heads), size)),
      );
      const sum = zeroSum(f);
      const read = ["out", "dout"].map((name) => element(at.u32(name), start));
      walk(f, { count: size, read, sums: [sum] }, ([y, dy]) => ({ add: [f32x4.mul(y, dy)] }));
      const pair = f.local("i32", i32.add(at.u32("statistics"), i32.shl(row, 3)));
      f.do(
        f32.store(pair, f32.load(element(at.u32("log_sum_exp"), row))),
        f32.store(pair, sumLanes(sum), 4),
      );
    });
  },
};

const backwardQuery: SimdKernel = {
  kernel: attentionBackwardQuery,
  extra: BLOCK_EXTRA,
  divide: divideIntoBlocks,
  define: (library) => (f, at) => {
    const item = at.begin;
    f.while(item, at.end, 1, () => {
      const block = blockOf(f, at, item);
      const { first, count, keys, size, sequence } = block;
      const scores = matrix(f, block.firstScores, sequence);
      const slopes = matrix(f, block.secondScores, sequence);
      const [query, dout] = ["query", "dout"].map((name) => block.tokens(name, first));
      const [key, value] = ["key", "value"].map((name) => block.tokens(name));
      multiply(f, at, library, scores, [count, size, keys], query, transpose(key));
      multiply(f, at, library, slopes, [count, size, keys], dout, transpose(value));
      makeSlopes(f, at, library, block, {
        ...{ scores, slopes, firstRow: first, rows: count },
        ...{ firstColumn: i32.constant(0), columns: keys },
      });
      multiply(f, at, library, block.tokens("dquery", first), [count, keys, size], slopes, key);
    });
  },
};

const backwardKey: SimdKernel = {
  kernel: attentionBackwardKey,
  extra: BLOCK_EXTRA,
  divide: divideIntoBlocks,
  define: (library) => (f, at) => {
    const item = at.begin;
    f.while(item, at.end, 1, () => {
      const block = blockOf(f, at, item);
      const { first, count, keys, size, sequence } = block;
      const padded = i32.leU(keys, first);
      const used = f.local("i32", i32.select(0, i32.sub(keys, first), padded));
      f.set(used, i32.minU(used, count));
      const results = [DKEY, DVALUE].map((matrix) => block.tokens(matrix, first));
      f.loop(
        used,
        count,
        1,
        (r) =>
          results.forEach(({ at: start, pitch }) =>
            clear(f, i32.add(start, i32.mul(r, pitch)), size)
          ),
      );
      f.if(used, () => {
        const scores = matrix(f, block.firstScores, used);
        const slopes = matrix(f, block.secondScores, used);
        const [key, value] = ["key", "value"].map((name) => block.tokens(name, first));
        const [query, dout] = ["query", "dout"].map((name) => block.tokens(name));
        const [dkey, dvalue] = results;
        multiply(f, at, library, scores, [sequence, size, used], query, transpose(key));
        multiply(f, at, library, slopes, [sequence, size, used], dout, transpose(value));
        makeSlopes(f, at, library, block, {
          ...{ scores, slopes, firstRow: i32.constant(0), rows: sequence },
          ...{ firstColumn: first, columns: used, keepWeights: true },
        });
        multiply(f, at, library, dvalue, [used, sequence, size], transpose(scores), dout);
        multiply(f, at, library, dkey, [used, sequence, size], transpose(slopes), query);
      });
    });
  },
};

/** A matrix in scratch memory with rows of `columns` floats. */
function matrix(f: FunctionBuilder, at: Code, columns: Local): StoredOperand {
  const pitch = f.local("i32", i32.shl(columns, 2));
  return { at: f.local("i32", at), pitch, transposed: i32.constant(0) };
}

/** The scores of some queries and keys, and the gradients of their probabilities. */
interface Slopes {
  readonly scores: StoredOperand;
  /** Gradients of the probabilities, which are replaced by those of the scores. */
  readonly slopes: StoredOperand;
  readonly firstRow: Code;
  readonly rows: Local;
  readonly firstColumn: Code;
  readonly columns: Local;
  /** Whether the scores are replaced by the probabilities after dropout. */
  readonly keepWeights?: boolean;
}

/** Computes `slopes = scale·P·(dropout(slopes) − δ)`, and `scores = dropout(P)` if `keepWeights`. */
function makeSlopes(
  f: FunctionBuilder,
  at: Parameters,
  library: Library,
  block: Block,
  { scores, slopes, firstRow, rows, firstColumn, columns, keepWeights = false }: Slopes,
): void {
  const scale = f.local("v128", f32x4.splat(at.f32("scale")));
  const keepScale = f.local("v128", f32x4.splat(at.f32("keep_scale")));
  f.loop(i32.constant(0), rows, 1, (r) => {
    const row = f.local("i32", i32.add(i32.add(block.row, firstRow), r));
    const pair = f.local("i32", i32.add(at.u32("statistics"), i32.shl(row, 3)));
    const logSumExp = f.local("v128", v128.loadSplat(pair));
    const delta = f.local("v128", v128.loadSplat(pair, 4));
    const places = [scores, slopes].map(({ at: start, pitch }) =>
      f.local("i32", i32.add(start, i32.mul(r, pitch)))
    );
    const write = keepWeights ? places : places.slice(1);
    const walkRow = (mask?: Local) =>
      walk(f, {
        count: columns,
        read: mask === undefined ? places : [...places, mask],
        write,
      }, ([score, gradient, kept]) => {
        const dropped = (x: Code) =>
          kept === undefined ? x : v128.and(f32x4.mul(x, keepScale), kept);
        f.set(score, library.exp(f, f32x4.sub(f32x4.mul(scale, score), logSumExp)));
        const slope = f32x4.mul(
          f32x4.mul(scale, score),
          f32x4.sub(dropped(gradient), delta),
        );
        return { write: keepWeights ? [dropped(score), slope] : [slope] };
      });
    f.if(
      at.is("dropout", true),
      () => {
        const mask = maskOf(f, at, library.dropoutMask, {
          ...{ to: block.mask, row, firstColumn, count: columns, columns: block.sequence },
        });
        walkRow(mask);
        f.release("i32", mask);
      },
      () => walkRow(),
    );
    f.release("i32", row, pair, ...places);
    f.release("v128", logSumExp, delta);
  });
}

/** The SIMD kernels of the family. */
export const ATTENTION_SIMD: readonly SimdKernel[] = [
  forward,
  statistics,
  backwardQuery,
  backwardKey,
];
