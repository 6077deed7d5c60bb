/**
 * Gradients of biases.
 *
 * @module
 */
import { reduceColumns } from "../../../kernels/mod.ts";
import type { View } from "../../device/mod.ts";
import type { Scope } from "../scope.ts";
import { matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";

/** Rows that one invocation of a column sum adds up before the partial sums are added in their turn. */
const ROWS_PER_CHUNK = 64;

/** Adds the sum over rows of `x` to the gradient of a vector, in two levels of fixed order. */
export function accumulateColumnSum(
  scope: Scope,
  x: Tensor,
  vector: Tensor,
  pitch: number = matrixShape(x).columns,
): void {
  if (vector.gradient === undefined) return;
  const rows = x.view.length / pitch;
  const fitting = Math.floor(scope.device.limits.maxBindingBytes / 4 / pitch);
  const most = Math.max(Math.floor(fitting / ROWS_PER_CHUNK), 1) * ROWS_PER_CHUNK;
  for (let start = 0; start === 0 || start < rows; start += most) {
    const count = Math.min(most, rows - start);
    const { buffer, offset } = x.view;
    const part = { buffer, offset: offset + start * pitch, length: count * pitch };
    accumulateRowRange(scope, part, count, pitch, vector.shape[0], vector.gradient);
  }
}

/** Adds the column sums of rows that fit one binding. */
function accumulateRowRange(
  { device }: Scope,
  x: View,
  rows: number,
  pitch: number,
  columns: number,
  gradient: View,
): void {
  const chunks = Math.max(Math.ceil(rows / ROWS_PER_CHUNK), 1);
  const partial = temporaryTensor(device, [chunks, columns], "column sums");
  device.run(reduceColumns, {
    bindings: { x, y: partial.view },
    uniforms: { rows, columns, pitch, rows_per_chunk: ROWS_PER_CHUNK },
    structural: { accumulate: false },
  });
  device.run(reduceColumns, {
    bindings: { x: partial.view, y: gradient },
    uniforms: { rows: chunks, columns, pitch: columns, rows_per_chunk: chunks },
    structural: { accumulate: true },
  });
}
