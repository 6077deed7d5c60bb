/**
 * Rows of intermediate matrices: looked up, and set side by side.
 *
 * @module
 */
import {
  elementwiseFill,
  embeddingGather,
  embeddingScatter,
  embeddingSegmentSum,
} from "../../../kernels/mod.ts";
import { whole } from "../../device/mod.ts";
import { type ScatterPlan, scatterPlan } from "../scatter_plan.ts";
import type { Scope } from "../scope.ts";
import { matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";
import { temporaryIntegers } from "./embedding.ts";

/**
 * Rows of a matrix by index, a row as often as it is asked for. Where all are distinct, `gatherRows` is cheaper.
 *
 * @param x `[rows, columns]`
 * @param indices rows, on the host
 * @returns `[indices.length, columns]`
 * @throws {RangeError} for an index outside the matrix, when there is a tape.
 */
export function lookUpRows(scope: Scope, x: Tensor, indices: Uint32Array): Tensor {
  const { device, tape } = scope;
  const { rows, columns } = matrixShape(x);
  const count = indices.length;
  const out = temporaryTensor(device, [count, columns], "looked-up rows");
  device.run(embeddingGather, {
    bindings: {
      x: x.view,
      indices: whole(temporaryIntegers(device, indices, "rows to look up")),
      out: out.view,
    },
    uniforms: { count, columns, pitch: columns },
  });
  if (tape === undefined) return out;
  const plan = scatterPlan(indices, rows);
  tape.record(out, (gradient) => tape.accumulate(x, sumRows(scope, gradient, x.shape, plan)));
  return out;
}

/** Zeros, and to them the rows of `gradient` added as the plan says. */
function sumRows(
  { device }: Scope,
  gradient: Tensor,
  shape: readonly number[],
  { partial, final }: ScatterPlan,
): Tensor {
  const { columns } = matrixShape(gradient);
  const partialSums = temporaryTensor(device, [partial.rows.length, columns], "row gradient sums");
  const dx = temporaryTensor(device, shape, "row gradient");
  device.run(elementwiseFill, {
    bindings: { out: dx.view },
    uniforms: { count: dx.view.length, value: 0 },
  });
  for (
    const [level, x, out, accumulate] of [
      [partial, gradient, partialSums, false],
      [final, partialSums, dx, true],
    ] as const
  ) {
    device.run(embeddingSegmentSum, {
      bindings: {
        x: x.view,
        offsets: whole(temporaryIntegers(device, level.offsets, "segment offsets")),
        items: whole(temporaryIntegers(device, level.items, "segment items")),
        rows: whole(temporaryIntegers(device, level.rows, "segment rows")),
        out: out.view,
      },
      uniforms: { segments: level.segments, columns },
      structural: { accumulate },
    });
  }
  return dx;
}

/**
 * `[a | b]`: row `i` of `a`, then row `i` of `b`.
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
