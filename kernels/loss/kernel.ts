/**
 * Losses of scalar predictions with their gradients.
 *
 * @module
 */
import { cross } from "../cases.ts";
import {
  type Kernel,
  type KernelCase,
  READ,
  type Reference,
  type Uniforms,
  WRITE,
} from "../kernel.ts";
import { flat, mapVariants } from "../map_variants.ts";
import { exponential } from "../common.wgsl.ts";
import { wgsl } from "../wgsl.ts";

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

const meanSquaredErrorText = wgsl`
// loss = (x − t)², dx = 2·scale·(x − t)
fn main(i: u32) {
  if (i < parameters.count / WIDTH) {
    let difference = x[i] - targets[i];
    loss[i] = difference * difference;
    dx[i] = 2.0 * parameters.scale * difference;
  }
}
`;

const binaryCrossEntropyText = wgsl`
// loss = max(x, 0) − x·t + log(1 + exp(−|x|)), which is the cross-entropy of sigmoid(x) with t and cannot overflow;
// dx = scale·(sigmoid(x) − t).
fn main(i: u32) {
  if (i >= parameters.count / WIDTH) {
    return;
  }
  let z = x[i];
  let t = targets[i];
  let decay = exponential(-abs(z));
  // log(1 + decay) loses its digits for small decay; the series does not.
  let series = decay * (1.0 - decay * (0.5 - decay * (0.333333333 - 0.25 * decay)));
  let log_term = select(log(1.0 + decay), series, decay < Value(0.02));
  let positive = select(z, Value(0.0), z < Value(0.0));
  loss[i] = positive - z * t + log_term;
  let sigmoid = select(Value(1.0), decay, z < Value(0.0)) / (1.0 + decay);
  dx[i] = parameters.scale * (sigmoid - t);
}
`;

const meanSquaredError: Reference = ({ x, targets, loss, dx }, { scale }, _, begin, end) => {
  for (let i = begin; i < end; i++) {
    const difference = x[i] - targets[i];
    loss[i] = difference * difference;
    dx[i] = 2 * scale * difference;
  }
};

const binaryCrossEntropy: Reference = (
  { x, targets, loss, dx },
  { scale },
  _,
  begin,
  end,
) => {
  for (let i = begin; i < end; i++) {
    const decay = Math.exp(-Math.abs(x[i]));
    const sigmoid = (x[i] < 0 ? decay : 1) / (1 + decay);
    loss[i] = Math.max(x[i], 0) - x[i] * targets[i] + Math.log1p(decay);
    dx[i] = scale * (sigmoid - targets[i]);
  }
};

/** `loss[i] = (x − t)²`, `dx = 2·scale·(x − t)`. */
export const lossMeanSquaredError: Kernel = {
  name: "loss.mean_squared_error",
  bindings: BINDINGS,
  uniforms: UNIFORMS,
  structural: {},
  variants: mapVariants([meanSquaredErrorText], flat),
  lengths,
  items: ({ count }) => count,
  reference: meanSquaredError,
  work: ({ count }) => ({ flops: 4 * count, bytes: 16 * count }),
  cases: () => cases((length, random) => Array.from({ length }, () => 5 * random())),
};

/** Cross-entropy of `sigmoid(x)` with a target from 0 to 1, without overflow; `dx = scale·(sigmoid(x) − t)`. */
export const lossBinaryCrossEntropy: Kernel = {
  name: "loss.binary_cross_entropy",
  bindings: BINDINGS,
  uniforms: UNIFORMS,
  structural: {},
  variants: mapVariants([exponential, binaryCrossEntropyText], flat),
  lengths,
  items: ({ count }) => count,
  reference: binaryCrossEntropy,
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
