/**
 * Kernels that reach the limits of a device: arithmetic without memory traffic, memory traffic without arithmetic.
 *
 * @module
 */
import { grid, type Kernel, wgsl } from "../../../kernels/mod.ts";

/** Multiply-adds of one invocation in one round: 3 chains of 4 floats, 16 links each. */
const LINKS = 3 * 4 * 16;

/**
 * y[i] = the result of `rounds` rounds of multiply-adds in registers. Its reference is not optimized, so it measures the arithmetic limit
 * of WebGPU devices only.
 */
export const arithmeticProbe: Kernel = {
  name: "measure.arithmetic",
  bindings: { y: { type: "f32", access: "read_write" } },
  uniforms: { count: "u32", rounds: "u32" },
  structural: {},
  variants: [{
    name: "registers",
    numerics: "probe",
    supports: () => true,
    workgroupSize: 64,
    body: () =>
      wgsl`
fn link(x: vec4f) -> vec4f {
  return fma(x, vec4f(0.999), vec4f(0.001));
}

fn four(x: vec4f) -> vec4f {
  return link(link(link(link(x))));
}

fn main(i: u32) {
  var a = vec4f(f32(i));
  var b = a + 1.0;
  var c = a + 2.0;
  for (var round = 0u; round < parameters.rounds; round++) {
    a = four(a); b = four(b); c = four(c);
    a = four(a); b = four(b); c = four(c);
    a = four(a); b = four(b); c = four(c);
    a = four(a); b = four(b); c = four(c);
  }
  let all = a + b + c;
  if (i < parameters.count) { y[i] = all.x + all.y + all.z + all.w; }
}
`,
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

/** y = x. `count` must be a multiple of 4. */
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
    unit: "vec4f",
    workgroupSize: 64,
    body: () =>
      wgsl`
fn main(i: u32) {
  if (i < parameters.count / 4u) { y[i] = x[i]; }
}
`,
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
