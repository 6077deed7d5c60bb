/**
 * The variant for any shape on any adapter (see matmul.wgsl.ts).
 *
 * @module
 */
import { grid, MOST_TURNS, type Structural, type Variant } from "../kernel.ts";
import { specialize } from "../wgsl.ts";
import { productSource } from "./source.ts";
import { simple as templateText } from "./matmul.wgsl.ts";

const WORKGROUP = 64;

/** Loops end silently at 65,535 iterations on some CPU adapters; one takes four k. */
const MOST_K_ON_CPU = 4 * MOST_TURNS;

/** One element of C an invocation, from float32 operands or from packed halves. */
export function simpleVariant(packed: boolean): Variant {
  return {
    name: packed ? "packed_simple" : "simple",
    numerics: "k_sequential",
    supports: ({ uniforms: { k }, capabilities }) => !capabilities.cpuAdapter || k <= MOST_K_ON_CPU,
    unit: "Value",
    workgroupSize: WORKGROUP,
    body: (structural: Structural) =>
      productSource(structural, "scalar") + specialize(templateText, { ...structural, packed }),
    workgroups: ({ uniforms: { m, n, batch } }) => grid(Math.ceil(m * n * batch / WORKGROUP)),
  };
}
