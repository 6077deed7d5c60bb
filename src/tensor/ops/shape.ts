/**
 * Operations that rearrange elements: reshape, transpose, concatenate.
 *
 * @module
 */
import { embeddingGather, embeddingScatter } from "../../../kernels/mod.ts";
import { whole } from "../../device/mod.ts";
import type { Scope } from "../scope.ts";
import { matrixShape, reshape, temporaryTensor, type Tensor } from "../tensor.ts";
import { temporaryIntegers } from "./embedding.ts";
import { matmulViews } from "./matmul.ts";

/**
 * Returns a tensor with the same memory and another shape. Unlike `reshape`, the tape records it.
 *
 * @throws {RangeError} if the numbers of elements differ
 */
export function reshapeRecorded({ tape }: Scope, x: Tensor, shape: readonly number[]): Tensor {
  const y = reshape({ view: x.view, shape: x.shape }, shape);
  tape?.record(y, (dy) => tape.accumulate(x, reshape(dy, x.shape)));
  return y;
}

/**
 * Transposes a matrix with few columns by a matmul with the identity, which is exact for finite numbers. Span heads use it to turn `[tokens, 2]` into a row of start
 * logits and a row of end logits.
 *
 * @param x `[rows, columns]`
 * @returns `[columns, rows]`
 */
export function transpose(scope: Scope, x: Tensor): Tensor {
  const { device, tape } = scope;
  const { rows, columns } = matrixShape(x);
  const identity = device.temporary(columns * columns, "f32", "identity");
  device.write(
    whole(identity),
    Float32Array.from({ length: columns * columns }, (_, i) => (i % (columns + 1) === 0 ? 1 : 0)),
  );
  const y = temporaryTensor(device, [columns, rows], "transpose");
  const sizes = { a: whole(identity), transposeB: true, k: columns };
  matmulViews(device, { ...sizes, b: x.view, c: y.view, m: columns, n: rows });
  tape?.record(y, (dy) => {
    const dx = temporaryTensor(device, x.shape, "transpose gradient");
    matmulViews(device, {
      a: dy.view,
      b: whole(identity),
      c: dx.view,
      transposeA: true,
      m: rows,
      n: columns,
      k: columns,
    });
    tape.accumulate(x, dx);
  });
  return y;
}

/**
 * Concatenates the rows of two matrices: `[a | b]`.
 *
 * @param a `[rows, columns]`
 * @param b `[rows, columns]`
 * @returns `[rows, 2·columns]`
 */
export function concatenateColumns(scope: Scope, a: Tensor, b: Tensor): Tensor {
  const { device, tape } = scope;
  const { rows: count, columns } = matrixShape(a);
  const out = temporaryTensor(device, [count, 2 * columns], "concatenation");
  const sides = [a, b].map((x, side) => {
    const places = Uint32Array.from({ length: count }, (_, row) => 2 * row + side);
    return { x, indices: whole(temporaryIntegers(device, places, "rows of one side")) };
  });
  for (const { x, indices } of sides) {
    device.run(embeddingScatter, {
      bindings: { x: x.view, indices, out: out.view },
      uniforms: { count, columns },
      structural: { accumulate: false },
    });
  }
  tape?.record(out, (gradient) => {
    for (const { x, indices } of sides) {
      const dx = temporaryTensor(device, x.shape, "concatenation gradient");
      device.run(embeddingGather, {
        bindings: { x: gradient.view, indices, out: dx.view },
        uniforms: { count, columns, pitch: columns },
      });
      tape.accumulate(x, dx);
    }
  });
  return out;
}
