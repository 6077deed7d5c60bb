/**
 * The elementwise kernels.
 *
 * @module
 */
import { ACTIVATIONS } from "../activation/activation.ts";
import { activations } from "../activation/activation.wgsl.ts";
import * as common from "../common.wgsl.ts";
import { DROPOUT_UNIFORMS } from "../philox/dropout_mask.ts";
import { mask, philox } from "../philox/philox.wgsl.ts";
import * as texts from "./elementwise.wgsl.ts";
import { combinations, cross, randomMask } from "../cases.ts";
import { type Kernel, type KernelCase, READ, type Uniforms, type Work, WRITE } from "../kernel.ts";
import { flat, mapVariants } from "../map_variants.ts";
import * as reference from "./reference.ts";

const COUNTS: readonly Uniforms[] = [0, 1, 3, 4, 255, 1024, 4093].map((count) => ({ count }));
/** More elements than 65,535 workgroups of 64 invocations compute. */
const BEYOND_ONE_DIMENSION = 65_536 * 64 + 5;

const countOf = ({ count }: Uniforms): number => count;

/** `flops` per element, and `arrays` arrays read or written. */
function workPerElement(flops: number, arrays: number): (uniforms: Uniforms) => Work {
  return ({ count }) => ({ flops: flops * count, bytes: 4 * arrays * count });
}

/** Every activation at every length, and with inputs of every magnitude. */
function activationCases(): readonly KernelCase[] {
  const activations = combinations({ activation: ACTIVATIONS });
  return [
    ...cross(activations, COUNTS),
    ...cross(activations, [{ count: 4096 }, { count: 4097 }], { fill: { x: everyMagnitude } }),
  ];
}

/** `out[i] = value`. */
export const elementwiseFill: Kernel = {
  name: "elementwise.fill",
  bindings: { out: WRITE },
  uniforms: { count: "u32", value: "f32" },
  structural: {},
  variants: mapVariants([texts.fill], flat),
  sizes: ["count"],
  lengths: ({ count }) => ({ out: count }),
  items: countOf,
  reference: reference.fill,
  work: workPerElement(0, 1),
  cases: () =>
    cross(
      [{}],
      [
        ...COUNTS.map((uniforms) => ({ ...uniforms, value: 1.5 })),
        { count: BEYOND_ONE_DIMENSION, value: -2 },
        { count: 4 * BEYOND_ONE_DIMENSION, value: 3 },
      ],
      { fill: { out: (length) => new Float32Array(length) } },
    ),
};

/** `out = a + b`. */
export const elementwiseAdd: Kernel = {
  name: "elementwise.add",
  bindings: { a: READ, b: READ, out: WRITE },
  uniforms: { count: "u32" },
  structural: {},
  variants: mapVariants([texts.add], flat),
  sizes: ["count"],
  lengths: ({ count }) => ({ a: count, b: count, out: count }),
  items: countOf,
  reference: reference.add,
  work: workPerElement(1, 3),
  cases: () => cross([{}], COUNTS),
};

/** `y = alpha·x + beta·y`; if beta is 0 the old `y` is ignored, even if it is NaN. */
export const elementwiseScaleAdd: Kernel = {
  name: "elementwise.scale_add",
  bindings: { x: READ, y: WRITE },
  uniforms: { count: "u32", alpha: "f32", beta: "f32" },
  structural: {},
  variants: mapVariants([texts.scaleAdd], flat),
  sizes: ["count"],
  lengths: ({ count }) => ({ x: count, y: count }),
  items: countOf,
  reference: reference.scaleAdd,
  work: workPerElement(3, 3),
  cases: () => [
    ...cross([{}], COUNTS.map((uniforms) => ({ ...uniforms, alpha: 0.7, beta: 1.25 }))),
    ...cross([{}], COUNTS.map((uniforms) => ({ ...uniforms, alpha: -2, beta: 0 })), {
      fill: { y: (length) => new Float32Array(length).fill(NaN) },
    }),
  ],
};

/** `y = act(x)`. */
export const elementwiseActivationForward: Kernel = {
  name: "elementwise.activation_forward",
  bindings: { x: READ, y: WRITE },
  uniforms: { count: "u32" },
  structural: { activation: ACTIVATIONS },
  variants: mapVariants([common.exponential, activations, texts.activationForward], flat),
  sizes: ["count"],
  lengths: ({ count }) => ({ x: count, y: count }),
  items: countOf,
  reference: reference.activationForward,
  work: workPerElement(20, 2),
  cases: activationCases,
};

/** `dx = dy · act'(x)`, where `x` is the pre-activation. */
export const elementwiseActivationBackward: Kernel = {
  name: "elementwise.activation_backward",
  bindings: { x: READ, dy: READ, dx: WRITE },
  uniforms: { count: "u32" },
  structural: { activation: ACTIVATIONS },
  variants: mapVariants([common.exponential, activations, texts.activationBackward], flat),
  sizes: ["count"],
  lengths: ({ count }) => ({ x: count, dy: count, dx: count }),
  items: countOf,
  reference: reference.activationBackward,
  work: workPerElement(30, 3),
  cases: activationCases,
};

/**
 * `x` becomes `act(x)` and `dy` becomes `dy · act'(x)`: for a network that stores only its pre-activations, and needs the activations again
 * in the backward pass.
 */
export const elementwiseActivationBackwardInPlace: Kernel = {
  name: "elementwise.activation_backward_in_place",
  bindings: { x: WRITE, dy: WRITE },
  uniforms: { count: "u32" },
  structural: { activation: ACTIVATIONS },
  variants: mapVariants([common.exponential, activations, texts.activationBackwardInPlace], flat),
  sizes: ["count"],
  lengths: ({ count }) => ({ x: count, dy: count }),
  items: countOf,
  reference: reference.activationBackwardInPlace,
  work: workPerElement(50, 4),
  cases: activationCases,
};

/** `y = dropout(x)`; applied to `dy` it is its own backward. */
export const elementwiseDropout: Kernel = {
  name: "elementwise.dropout",
  bindings: { x: READ, y: WRITE },
  uniforms: { rows: "u32", columns: "u32", ...DROPOUT_UNIFORMS },
  structural: {},
  variants: mapVariants([philox, mask, texts.dropout], ({ rows, columns }) => ({
    rows,
    columns,
    multiples: [columns],
  })),
  sizes: ["rows", "columns"],
  lengths: ({ rows, columns }) => ({ x: rows * columns, y: rows * columns }),
  items: ({ rows }) => rows,
  reference: reference.dropout,
  work: ({ rows, columns }) => ({ flops: 25 * rows * columns, bytes: 8 * rows * columns }),
  cases: () =>
    cross(
      [{}],
      [[0, 8, 1], [1, 1, 1], [6, 5, 3], [8, 64, 4], [12, 31, 4], [65_538, 4, 2], [65_537, 3, 1]]
        .map(([rows, columns, example]) => ({ rows, columns, ...randomMask(example) })),
    ),
};

/** Contents: magnitudes from 1e-6 to 100, of both signs. */
function everyMagnitude(length: number, random: () => number): number[] {
  return Array.from({ length }, () => Math.sign(random() - 0.5) * 10 ** (8 * random() - 6));
}
