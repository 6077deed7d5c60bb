/**
 * SIMD kernels of sums.
 *
 * @module
 */
import { reduceColumns, reduceSum } from "./kernel.ts";
import { f32, f32x4, f64, i32 } from "../simd/code.ts";
import { blocksOfColumns, sumColumns } from "../simd/columns.ts";
import { sumLanes, zeroSum } from "../simd/lanes.ts";
import type { SimdKernel } from "../simd/simd_kernel.ts";
import { element, walk } from "../simd/walk.ts";

const columns: SimdKernel = {
  kernel: reduceColumns,
  extra: ["blocks"],
  divide: blocksOfColumns,
  define: () => (f, at) => {
    const pitch = f.local("i32", i32.shl(at.u32("pitch"), 2));
    const parts = { read: ["x"], write: [at.u32("y")], writePitch: at.u32("columns"), pitch };
    f.if(
      at.is("accumulate", true),
      () =>
        sumColumns(f, at, {
          ...parts,
          terms: (_row, [x]) => [x],
          store: (sum, old) => f32x4.add(old, sum),
        }),
      () => sumColumns(f, at, { ...parts, terms: (_row, [x]) => [x] }),
    );
  },
};

/** Number of elements that are summed in single precision before their sum is added to a double. */
const SINGLE = 1024;

const sum: SimdKernel = {
  kernel: reduceSum,
  divide: () => ({ items: 1, grain: 1 }),
  define: () => (f, at) => {
    const count = f.local("i32", at.u32("count"));
    const total = f.local("f64", f64.constant(0));
    f.loop(i32.constant(0), count, SINGLE, (first) => {
      const length = f.local("i32", i32.sub(count, first));
      f.set(length, i32.minU(length, SINGLE));
      const part = zeroSum(f);
      walk(f, { count: length, read: [element(at.u32("x"), first)], sums: [part] }, ([x]) => ({
        add: [x],
      }));
      f.set(total, f64.add(total, f64.fromF32(sumLanes(part))));
    });
    const out = f.local("i32", element(at.u32("out"), at.u32("slot")));
    const result = f.local(
      "f32",
      f64.toF32(f64.mul(total, f64.fromF32(at.f32("scale")))),
    );
    f.if(at.is("accumulate", true), () => f.set(result, f32.add(result, f32.load(out))));
    f.do(f32.store(out, result));
  },
};

/** The SIMD kernels of the family. */
export const REDUCE_SIMD: readonly SimdKernel[] = [columns, sum];
