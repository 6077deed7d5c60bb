/**
 * Transposing a narrow matrix.
 *
 * @module
 */
import { whole } from "../../device/mod.ts";
import type { Scope } from "../scope.ts";
import { matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";
import { matrixProduct } from "./matrix_product.ts";

/**
 * Rows become columns. It is a product with the identity, exact for finite numbers, meant for a few columns: span scores `[tokens, 2]` become one row of
 * starts and one of ends.
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
  matrixProduct(device, { ...sizes, b: x.view, c: y.view, m: columns, n: rows });
  tape?.record(y, (dy) => {
    const dx = temporaryTensor(device, x.shape, "transpose gradient");
    matrixProduct(device, {
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
