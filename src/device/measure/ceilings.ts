/**
 * What a device can reach at most: arithmetic without memory, memory without arithmetic.
 *
 * @module
 */
import { grid, type Kernel } from "../../../kernels/mod.ts";
import arithmetic from "./arithmetic.wgsl" with { type: "text" };
import copy from "./copy.wgsl" with { type: "text" };

/** Multiply-adds of one invocation in one round: 3 chains of 4 numbers, 16 links. */
const LINKS = 3 * 4 * 16;

/** y[i] = something that takes `rounds` rounds of multiply-adds to find. It has no fair reference, so a device without WGSL has no such ceiling. */
export const arithmeticProbe: Kernel = {
  name: "measure.arithmetic",
  bindings: { y: { type: "f32", access: "read_write" } },
  uniforms: { count: "u32", rounds: "u32" },
  structural: {},
  variants: [{
    name: "registers",
    numerics: "probe",
    supports: () => true,
    source: () => arithmetic,
    workgroups: ({ uniforms }) => grid(Math.ceil(uniforms.count / 64)),
  }],
  lengths: ({ count }) => ({ y: count }),
  items: ({ count }) => count,
  reference({ y }, { rounds }, _structural, begin, end) {
    for (let i = begin; i < end; i++) {
      y[i] = 0;
      for (let chain = 0; chain < 3; chain++) {
        let x = i + chain;
        for (let link = 0; link < 16 * rounds; link++) x = x * 0.999 + 0.001;
        y[i] += 4 * x;
      }
    }
  },
  work: ({ count, rounds }) => ({ flops: 2 * LINKS * count * rounds, bytes: 4 * count }),
  cases: () => [{ structural: {}, uniforms: { count: 100, rounds: 2 } }],
};

/** y = x; `count` is a multiple of 4. */
export const copyProbe: Kernel = {
  name: "measure.copy",
  bindings: {
    x: { type: "f32", access: "read" },
    y: { type: "f32", access: "read_write" },
  },
  uniforms: { count: "u32" },
  structural: {},
  variants: [{
    name: "vector",
    numerics: "probe",
    supports: () => true,
    source: () => copy,
    workgroups: ({ uniforms }) => grid(Math.ceil(uniforms.count / 256)),
  }],
  lengths: ({ count }) => ({ x: count, y: count }),
  items: ({ count }) => count,
  reference({ x, y }, _uniforms, _structural, begin, end) {
    y.set(x.subarray(begin, end), begin);
  },
  work: ({ count }) => ({ flops: 0, bytes: 8 * count }),
  cases: () => [{ structural: {}, uniforms: { count: 1000 } }],
};
