/**
 * The self-test's own kernels. Each tests one property of an adapter.
 *
 * @module
 */
import { type Capabilities, type Kernel, type Variant, wgsl } from "../../../kernels/mod.ts";

interface Probe {
  readonly name: string;
  /** Whether it reads `x`, `count` elements. */
  readonly input: boolean;
  /** Number of elements of `y`. */
  readonly results: (count: number) => number;
  readonly body: string;
  readonly workgroupSize?: Variant["workgroupSize"];
  readonly supports?: (capabilities: Capabilities) => boolean;
  readonly constants?: Variant["constants"];
  readonly reference: Kernel["reference"];
}

/** A kernel with the uniform `count`, the binding `y` and, for a probe with input, `x`. One workgroup runs it. */
function probe(
  { name, input, results, body, workgroupSize = 1, supports = () => true, constants, reference }:
    Probe,
): Kernel {
  return {
    name: `self_test.${name}`,
    bindings: {
      ...(input ? { x: { type: "f32", access: "read" } } : {}),
      y: { type: "f32", access: "read_write" },
    },
    uniforms: { count: "u32" },
    structural: {},
    variants: [{
      name: "probe",
      numerics: "probe",
      supports: ({ capabilities }) => supports(capabilities),
      workgroupSize,
      body: () => body,
      constants,
      workgroups: () => [1, 1, 1],
    }],
    lengths: ({ count }) => ({ x: count, y: results(count) }),
    items: () => 1,
    reference,
    work: ({ count }) => ({ flops: count, bytes: 4 * count }),
    cases: () => [],
  };
}

/** y[0] = number of iterations of a loop from 0 to `count`. Some drivers end loops after 65,535 iterations without an error. */
export const loopLimitProbe: Kernel = probe({
  name: "loop_limit",
  input: false,
  results: () => 2,
  body: wgsl`
fn main() {
  var rounds = 0u;
  for (var i = 0u; i < parameters.count; i++) {
    rounds += 1u + (i >> 31u);
    y[1] = f32(rounds);
  }
  y[0] = f32(rounds);
}
`,
  reference({ y }, { count }) {
    y[0] = count;
  },
});

/** For each x[i]: y[i] = whether x ≠ x, y[count + i] = whether its bits are NaN, y[2·count + i] = whether its bits are NaN or infinite. */
export const notANumberProbe: Kernel = probe({
  name: "not_a_number",
  input: true,
  results: (count) => 3 * count,
  body: wgsl`
fn main() {
  for (var i = 0u; i < parameters.count; i++) {
    let magnitude = bitcast<u32>(x[i]) & 0x7fffffffu;
    y[i] = select(0.0, 1.0, x[i] != x[i]);
    y[parameters.count + i] = select(0.0, 1.0, magnitude > 0x7f800000u);
    y[2u * parameters.count + i] = select(0.0, 1.0, magnitude >= 0x7f800000u);
  }
}
`,
  reference({ x, y }, { count }) {
    for (let i = 0; i < count; i++) {
      y[i] = y[count + i] = Number(Number.isNaN(x[i]));
      y[2 * count + i] = Number(!Number.isFinite(x[i]));
    }
  },
});

/**
 * For each x[i]: half-precision results that are exact, x, x + 1 and x · 3. WGSL does not require exact quotients and roots, which no
 * kernel computes in half precision.
 */
export const halfProbe: Kernel = probe({
  name: "half",
  input: true,
  results: (count) => 3 * count,
  body: wgsl`
fn main() {
  for (var i = 0u; i < parameters.count; i++) {
    let value = f16(x[i]);
    y[3u * i] = f32(value);
    y[3u * i + 1u] = f32(value + 1.0h);
    y[3u * i + 2u] = f32(value * 3.0h);
  }
}
`,
  supports: ({ shaderF16 }) => shaderF16,
  reference({ x, y }, { count }) {
    for (let i = 0; i < count; i++) {
      y.set([x[i], x[i] + 1, x[i] * 3], 3 * i);
    }
  },
});

/** Invocations of {@linkcode subgroupProbe}, as many as share a row (see kernels/row_variants.ts). */
export const SUBGROUP_INVOCATIONS = 128;

/**
 * For invocation i of a workgroup: y[3i] = the size of its subgroup, y[3i + 1] = its number in the subgroup, y[3i + 2] = the index in the
 * workgroup of the subgroup's invocation 1, by broadcast, plus the sum of the subgroup's indices.
 */
export const subgroupProbe: Kernel = probe({
  name: "subgroups",
  input: false,
  results: (count) => 3 * count,
  body: wgsl`
override SIZE: u32;

fn main(local: u32, lane: u32, subgroup_size: u32) {
  let total = subgroupAdd(f32(local));
  let second = subgroupBroadcast(f32(local), 1u);
  if (local < parameters.count) {
    y[3u * local] = f32(subgroup_size);
    y[3u * local + 1u] = f32(lane);
    y[3u * local + 2u] = second + total;
  }
}
`,
  workgroupSize: "SIZE",
  supports: ({ minSubgroupSize }) => minSubgroupSize !== null && minSubgroupSize > 1,
  constants: () => ({ SIZE: SUBGROUP_INVOCATIONS }),
  reference({ y }, { count }) {
    for (let lane = 0; lane < count; lane++) {
      y.set([count, lane, 1 + count * (count - 1) / 2], 3 * lane);
    }
  },
});
