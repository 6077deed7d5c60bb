/** Small kernels without GPU variants, for tests of devices. */
import type { Kernel } from "../../../kernels/mod.ts";

/** y[i] = a·x[i] + i. */
export const affine: Kernel = {
  name: "toy.affine",
  bindings: {
    x: { type: "f32", access: "read" },
    y: { type: "f32", access: "read_write" },
  },
  uniforms: { count: "u32", a: "f32" },
  structural: {},
  variants: [],
  lengths: ({ count }) => ({ x: count, y: count }),
  items: ({ count }) => count,
  reference({ x, y }, { a }, _structural, begin, end) {
    for (let i = begin; i < end; i++) y[i] = a * x[i] + i;
  },
  work: ({ count }) => ({ flops: 2 * count, bytes: 8 * count }),
  cases: () => [],
};

/** y[i] = y[i] + 1 / 3, without an input. */
export const third: Kernel = {
  name: "toy.third",
  bindings: { y: { type: "f32", access: "read_write" } },
  uniforms: { count: "u32" },
  structural: {},
  variants: [],
  lengths: ({ count }) => ({ y: count }),
  items: ({ count }) => count,
  reference({ y }, _uniforms, _structural, begin, end) {
    for (let i = begin; i < end; i++) y[i] += 1 / 3;
  },
  work: ({ count }) => ({ flops: count, bytes: 8 * count }),
  cases: () => [],
};

/** Fails for item 7. */
export const failing: Kernel = {
  ...third,
  name: "toy.failing",
  reference(_arrays, _uniforms, _structural, begin, end) {
    if (begin <= 7 && 7 < end) throw new RangeError("item 7 failed");
  },
};
