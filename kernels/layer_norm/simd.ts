/**
 * SIMD kernels of layer normalization. An item is a row, or a chunk of rows and a block of columns in the gradients of the parameters.
 *
 * @module
 */
import type { Structural, Uniforms } from "../kernel.ts";
import { layerNormBackwardInput, layerNormBackwardParameters, layerNormForward } from "./kernel.ts";
import { type Code, f32, f32x4, i32, type Local, v128 } from "../simd/code.ts";
import { maskOf, MAX_MASK_COLUMNS } from "../philox/simd.ts";
import { blocksOfColumns, sumColumns } from "../simd/columns.ts";
import { sumLanes, zeroSum } from "../simd/lanes.ts";
import type { Division, SimdKernel } from "../simd/simd_kernel.ts";
import { byRows, element, walk } from "../simd/walk.ts";

/**
 * Divides the rows.
 *
 * @throws {RangeError} if the mask of a row exceeds the scratch memory.
 */
function divideRows({ rows, columns }: Uniforms, { dropout }: Structural): Division {
  if (dropout === true && columns > MAX_MASK_COLUMNS) {
    throw new RangeError(
      `dropout of ${columns} columns exceeds the CPU device's limit of ${MAX_MASK_COLUMNS}`,
    );
  }
  return byRows(rows, columns);
}

const forward: SimdKernel = {
  kernel: layerNormForward,
  divide: divideRows,
  define: ({ dropoutMask }) => (f, at) => {
    const columns = f.local("i32", at.u32("columns"));
    const inverse = f.local("f32", f32.div(1, f32.fromU32(columns)));
    const scale = f.local("v128", f32x4.splat(at.f32("keep_scale")));
    const row = at.begin;
    f.while(row, at.end, 1, () => {
      const start = f.local("i32", i32.mul(row, columns));
      const [x, hidden, sum, y] = ["x", "hidden", "sum", "y"].map((name) =>
        f.local("i32", element(at.u32(name), start))
      );
      const s = f.local("i32", i32.select(sum, x, at.is("residual", true)));
      f.if(at.is("residual", true), () =>
        f.if(
          at.is("dropout", true),
          () => {
            const mask = maskOf(f, at, dropoutMask, {
              to: at.scratch,
              row,
              firstColumn: i32.constant(0),
              count: columns,
              columns,
            });
            walk(f, { count: columns, read: [x, hidden, mask], write: [sum] }, ([x, h, mask]) => ({
              write: [f32x4.add(x, v128.and(f32x4.mul(h, scale), mask))],
            }));
          },
          () =>
            walk(f, { count: columns, read: [x, hidden], write: [sum] }, ([x, h]) => ({
              write: [f32x4.add(x, h)],
            })),
        ));
      const total = zeroSum(f);
      walk(f, { count: columns, read: [s], sums: [total] }, ([s]) => ({ add: [s] }));
      const mean = f.local("f32", f32.mul(sumLanes(total), inverse));
      const center = f.local("v128", f32x4.splat(mean));
      const squares = zeroSum(f);
      walk(f, { count: columns, read: [s], sums: [squares] }, ([s]) => {
        const distance = f.local("v128", f32x4.sub(s, center));
        return { add: [f32x4.mul(distance, distance)] };
      });
      const variance = f32.mul(sumLanes(squares), inverse);
      const rstd = f.local("f32", f32.div(1, f32.sqrt(f32.add(variance, at.f32("epsilon")))));
      const factor = f.local("v128", f32x4.splat(rstd));
      walk(f, {
        count: columns,
        read: [s, at.u32("gamma"), at.u32("beta")],
        write: [y],
      }, ([s, gamma, beta]) => ({
        write: [f32x4.add(f32x4.mul(f32x4.mul(f32x4.sub(s, center), factor), gamma), beta)],
      }));
      const statistics = f.local("i32", i32.add(at.u32("statistics"), i32.shl(row, 3)));
      f.do(f32.store(statistics, mean), f32.store(statistics, rstd, 4));
    });
  },
};

const backwardInput: SimdKernel = {
  kernel: layerNormBackwardInput,
  divide: divideRows,
  define: ({ dropoutMask }) => (f, at) => {
    const columns = f.local("i32", at.u32("columns"));
    const inverse = f.local("f32", f32.div(1, f32.fromU32(columns)));
    const scale = f.local("v128", f32x4.splat(at.f32("keep_scale")));
    const gamma = at.u32("gamma");
    const row = at.begin;
    f.while(row, at.end, 1, () => {
      const start = f.local("i32", i32.mul(row, columns));
      const [s, dy, dx, dhidden] = ["s", "dy", "dx", "dhidden"].map((name) =>
        f.local("i32", element(at.u32(name), start))
      );
      const statistics = f.local("i32", i32.add(at.u32("statistics"), i32.shl(row, 3)));
      const center = f.local("v128", v128.loadSplat(statistics));
      const factor = f.local("v128", v128.loadSplat(statistics, 4));
      const normal = (s: Code) => f32x4.mul(f32x4.sub(s, center), factor);
      const [gradients, products] = [zeroSum(f), zeroSum(f)];
      walk(f, {
        count: columns,
        read: [s, dy, gamma],
        sums: [gradients, products],
      }, ([s, dy, gamma]) => {
        f.set(dy, f32x4.mul(dy, gamma));
        return { add: [dy, f32x4.mul(dy, normal(s))] };
      });
      const meanOf = (sum: Local) => f.local("v128", f32x4.splat(f32.mul(sumLanes(sum), inverse)));
      const [meanGradient, meanProduct] = [meanOf(gradients), meanOf(products)];
      walk(f, {
        count: columns,
        read: [s, dy, gamma],
        write: [dx],
      }, ([s, dy, gamma]) => ({
        write: [
          f32x4.mul(
            factor,
            f32x4.sub(
              f32x4.sub(f32x4.mul(dy, gamma), meanGradient),
              f32x4.mul(normal(s), meanProduct),
            ),
          ),
        ],
      }));
      f.if(at.is("dropout", true), () => {
        const mask = maskOf(f, at, dropoutMask, {
          to: at.scratch,
          row,
          firstColumn: i32.constant(0),
          count: columns,
          columns,
        });
        walk(f, { count: columns, read: [dx, mask], write: [dhidden] }, ([dx, mask]) => ({
          write: [v128.and(f32x4.mul(dx, scale), mask)],
        }));
      });
    });
  },
};

const backwardParameters: SimdKernel = {
  kernel: layerNormBackwardParameters,
  extra: ["blocks"],
  divide: blocksOfColumns,
  define: () => (f, at) => {
    const pitch = f.local("i32", i32.shl(at.u32("columns"), 2));
    const partial = at.u32("partial");
    sumColumns(f, at, {
      read: ["s", "dy"],
      write: [partial, element(partial, at.u32("beta_column"))],
      writePitch: i32.shl(at.u32("beta_column"), 1),
      pitch,
      terms: (row, [s, dy]) => {
        const statistics = f.local("i32", i32.add(at.u32("statistics"), i32.shl(row, 3)));
        const normal = f32x4.mul(
          f32x4.sub(s, v128.loadSplat(statistics)),
          v128.loadSplat(statistics, 4),
        );
        return [f32x4.mul(dy, normal), dy];
      },
    });
  },
};

/** The SIMD kernels of the family. */
export const LAYER_NORM_SIMD: readonly SimdKernel[] = [forward, backwardInput, backwardParameters];
