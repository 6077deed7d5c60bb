/**
 * SIMD kernels of the elementwise family.
 *
 * @module
 */
import { ACTIVATIONS } from "../activation/activation.ts";
import {
  elementwiseActivationBackward,
  elementwiseActivationBackwardInPlace,
  elementwiseActivationForward,
  elementwiseAdd,
  elementwiseDropout,
  elementwiseFill,
  elementwiseScaleAdd,
} from "./kernel.ts";
import { f32, f32x4, i32, type Local, v128 } from "../simd/code.ts";
import type { FunctionBuilder } from "../simd/module_builder.ts";
import { maskOf } from "../philox/simd.ts";
import type { Parameters, SimdKernel } from "../simd/simd_kernel.ts";
import { byElements, byRows, element, elementsOf, walk } from "../simd/walk.ts";

const fill: SimdKernel = {
  kernel: elementwiseFill,
  divide: byElements,
  define: () => (f, at) => {
    const { first, count } = elementsOf(f, at);
    const value = f.local("v128", f32x4.splat(at.f32("value")));
    walk(f, { count, read: [], write: [element(at.u32("out"), first)] }, () => ({
      write: [value],
    }));
  },
};

const add: SimdKernel = {
  kernel: elementwiseAdd,
  divide: byElements,
  define: () => (f, at) => {
    const { first, count } = elementsOf(f, at);
    const [a, b, out] = ["a", "b", "out"].map((name) => element(at.u32(name), first));
    walk(f, { count, read: [a, b], write: [out] }, ([a, b]) => ({ write: [f32x4.add(a, b)] }));
  },
};

const scaleAdd: SimdKernel = {
  kernel: elementwiseScaleAdd,
  divide: byElements,
  define: () => (f, at) => {
    const { first, count } = elementsOf(f, at);
    const [x, y] = ["x", "y"].map((name) => element(at.u32(name), first));
    const alpha = f.local("v128", f32x4.splat(at.f32("alpha")));
    const beta = f.local("v128", f32x4.splat(at.f32("beta")));
    f.if(
      f32.eq(at.f32("beta"), 0),
      () => walk(f, { count, read: [x], write: [y] }, ([x]) => ({ write: [f32x4.mul(alpha, x)] })),
      () =>
        walk(f, { count, read: [x, y], write: [y] }, ([x, y]) => ({
          write: [f32x4.add(f32x4.mul(alpha, x), f32x4.mul(beta, y))],
        })),
    );
  },
};

/** Emits one loop per activation, of which the structural parameter selects one. */
function eachActivation(
  f: FunctionBuilder,
  at: Parameters,
  loop: (name: typeof ACTIVATIONS[number], first: Local, count: Local) => void,
): void {
  const { first, count } = elementsOf(f, at);
  for (const name of ACTIVATIONS) {
    f.if(at.is("activation", name), () => loop(name, first, count));
  }
}

const activationForward: SimdKernel = {
  kernel: elementwiseActivationForward,
  divide: byElements,
  define: ({ activations }) => (f, at) =>
    eachActivation(f, at, (name, first, count) => {
      const [x, y] = ["x", "y"].map((array) => element(at.u32(array), first));
      walk(
        f,
        { count, read: [x], write: [y] },
        ([x]) => ({ write: [activations[name].value(f, x)] }),
      );
    }),
};

const activationBackward: SimdKernel = {
  kernel: elementwiseActivationBackward,
  divide: byElements,
  define: ({ activations }) => (f, at) =>
    eachActivation(f, at, (name, first, count) => {
      const [x, dy, dx] = ["x", "dy", "dx"].map((array) => element(at.u32(array), first));
      walk(f, { count, read: [x, dy], write: [dx] }, ([x, dy]) => ({
        write: [f32x4.mul(dy, activations[name].slope(f, x))],
      }));
    }),
};

const activationBackwardInPlace: SimdKernel = {
  kernel: elementwiseActivationBackwardInPlace,
  divide: byElements,
  define: ({ activations }) => (f, at) =>
    eachActivation(f, at, (name, first, count) => {
      const [x, dy] = ["x", "dy"].map((array) => element(at.u32(array), first));
      walk(f, { count, read: [x, dy], write: [x, dy] }, ([x, dy]) => ({
        write: [activations[name].value(f, x), f32x4.mul(dy, activations[name].slope(f, x))],
      }));
    }),
};

/** Number of columns whose mask is drawn at a time. */
const MASK_COLUMNS = 16_384;

const dropout: SimdKernel = {
  kernel: elementwiseDropout,
  divide: ({ rows, columns }) => byRows(rows, columns),
  define: ({ dropoutMask }) => (f, at) => {
    const columns = f.local("i32", at.u32("columns"));
    const scale = f.local("v128", f32x4.splat(at.f32("keep_scale")));
    f.while(at.begin, at.end, 1, () => {
      const row = at.begin;
      f.loop(i32.constant(0), columns, MASK_COLUMNS, (firstColumn) => {
        const count = f.local("i32", i32.sub(columns, firstColumn));
        f.set(count, i32.minU(count, MASK_COLUMNS));
        const mask = maskOf(f, at, dropoutMask, {
          to: at.scratch,
          row,
          firstColumn,
          count,
          columns,
        });
        const start = f.local("i32", i32.add(i32.mul(row, columns), firstColumn));
        const [x, y] = ["x", "y"].map((name) => element(at.u32(name), start));
        walk(f, { count, read: [x, mask], write: [y] }, ([x, mask]) => ({
          write: [v128.and(f32x4.mul(x, scale), mask)],
        }));
      });
    });
  },
};

/** The SIMD kernels of the family. */
export const ELEMENTWISE_SIMD: readonly SimdKernel[] = [
  fill,
  add,
  scaleAdd,
  activationForward,
  activationBackward,
  activationBackwardInPlace,
  dropout,
];
