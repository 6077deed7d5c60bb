/**
 * Losses of scalar predictions with their gradients.
 *
 * @module
 */
import { cross } from "../cases.ts";
import { type Kernel, type KernelCase, READ, type Uniforms, WRITE } from "../kernel.ts";
import { flat, mapVariants } from "../map_variants.ts";
import { exponential } from "../common.wgsl.ts";
import * as texts from "./loss.wgsl.ts";
import * as reference from "./reference.ts";

const BINDINGS = { x: READ, targets: READ, loss: WRITE, dx: WRITE } as const;
const UNIFORMS = { count: "u32", scale: "f32" } as const;

const lengths = ({ count }: Uniforms): Record<string, number> => ({
  x: count,
  targets: count,
  loss: count,
  dx: count,
});

function cases(targets: (length: number, random: () => number) => number[]): KernelCase[] {
  const uniforms = [0, 1, 4, 77, 1024, 5001].map((count) => ({ count, scale: 0.3 }));
  return cross([{}], uniforms, { fill: { targets } });
}

/** `loss[i] = (x − t)²`, `dx = 2·scale·(x − t)`. */
export const lossMeanSquaredError: Kernel = {
  name: "loss.mean_squared_error",
  bindings: BINDINGS,
  uniforms: UNIFORMS,
  structural: {},
  variants: mapVariants([texts.meanSquaredError], flat),
  lengths,
  items: ({ count }) => count,
  reference: reference.meanSquaredError,
  work: ({ count }) => ({ flops: 4 * count, bytes: 16 * count }),
  cases: () => cases((length, random) => Array.from({ length }, () => 5 * random())),
};

/** Cross-entropy of `sigmoid(x)` with a target from 0 to 1, without overflow; `dx = scale·(sigmoid(x) − t)`. */
export const lossBinaryCrossEntropy: Kernel = {
  name: "loss.binary_cross_entropy",
  bindings: BINDINGS,
  uniforms: UNIFORMS,
  structural: {},
  variants: mapVariants([exponential, texts.binaryCrossEntropy], flat),
  lengths,
  items: ({ count }) => count,
  reference: reference.binaryCrossEntropy,
  work: ({ count }) => ({ flops: 20 * count, bytes: 16 * count }),
  cases: () => [
    ...cases((length, random) => Array.from({ length }, () => Math.round(random()))),
    {
      structural: {},
      uniforms: { count: 400, scale: 1 },
      fill: {
        x: (length) => Array.from({ length }, (_, i) => i - 200),
        targets: (length, random) => Array.from({ length }, () => random()),
      },
    },
  ],
};
