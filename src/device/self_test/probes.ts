/**
 * The self-test's own kernels: each asks an adapter one question.
 *
 * @module
 */
import type { Capabilities, Kernel, Variant } from "../../../kernels/mod.ts";
import half from "./half.wgsl" with { type: "text" };
import loopLimit from "./loop_limit.wgsl" with { type: "text" };
import notANumber from "./not_a_number.wgsl" with { type: "text" };
import subgroups from "./subgroups.wgsl" with { type: "text" };

interface Probe {
  readonly name: string;
  /** Whether it reads `x`. */
  readonly input: boolean;
  /** Elements that it writes. */
  readonly results: (count: number) => number;
  readonly source: (capabilities: Capabilities) => string;
  readonly supports?: (capabilities: Capabilities) => boolean;
  readonly constants?: Variant["constants"];
  readonly reference: Kernel["reference"];
}

function probe(
  { name, input, results, source, supports = () => true, constants, reference }: Probe,
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
      source: (_structural, capabilities) => source(capabilities),
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

/** y[0] = rounds of a loop of `count`. */
export const loopLimitProbe: Kernel = probe({
  name: "loop_limit",
  input: false,
  results: () => 2,
  source: () => loopLimit,
  reference({ y }, { count }) {
    y[0] = count;
  },
});

/** Which elements are NaN by comparison, NaN by bits, not finite by bits. */
export const notANumberProbe: Kernel = probe({
  name: "not_a_number",
  input: true,
  results: (count) => 3 * count,
  source: () => notANumber,
  reference({ x, y }, { count }) {
    for (let i = 0; i < count; i++) {
      y[i] = y[count + i] = Number(Number.isNaN(x[i]));
      y[2 * count + i] = Number(!Number.isFinite(x[i]));
    }
  },
});

/** Exact results in half precision. */
export const halfProbe: Kernel = probe({
  name: "half",
  input: true,
  results: (count) => 4 * count,
  source: () => half,
  supports: ({ shaderF16 }) => shaderF16,
  reference({ x, y }, { count }) {
    for (let i = 0; i < count; i++) {
      y.set([x[i] + 1, x[i] * 3, x[i] / 4, Math.abs(x[i])], 4 * i);
    }
  },
});

/** What each of `count` lanes sees of its subgroup, `count` being the subgroup's size. */
export const subgroupProbe: Kernel = probe({
  name: "subgroups",
  input: false,
  results: (count) => 3 * count,
  source: ({ subgroupDirective }) =>
    `${subgroupDirective ? "enable subgroups;\n" : ""}${subgroups}`,
  supports: ({ subgroupSize }) => subgroupSize !== null && subgroupSize > 1,
  constants: (_structural, { subgroupSize }) => ({ SIZE: subgroupSize ?? 1 }),
  reference({ y }, { count }) {
    for (let lane = 0; lane < count; lane++) {
      y.set([count, lane, 1 + count * (count - 1) / 2], 3 * lane);
    }
  },
});
