/**
 * Matrix products of operands that are rounded to half precision where the scope asks for it.
 *
 * @module
 */
import { matmulHalf } from "../../../kernels/mod.ts";
import type { View } from "../../device/mod.ts";
import type { PackedMatrix } from "../half_precision.ts";
import type { Scope } from "../scope.ts";
import { matrixProduct, type Product } from "./matrix_product.ts";

/** A matrix that takes part in products. */
export interface Operand {
  /** As it lies in memory. */
  readonly view: View;
  /** The same in half precision; absent where products are float32. */
  readonly packed?: PackedMatrix;
}

/**
 * Makes a matrix ready for products, each of which may take it as it is or transposed.
 *
 * @param role a weight is packed once a step; a gradient is scaled
 */
export function operand(
  { device, half }: Scope,
  view: View,
  rows: number,
  columns: number,
  role: "activation" | "weight" | "gradient",
  pitch: number = columns,
): Operand {
  // What does not fit one binding is divided, which only float32 products are.
  if (half === undefined || view.length * 4 > device.limits.maxBindingBytes) return { view };
  const packed = role === "weight" && !view.buffer.temporary
    ? half.packWeight(view, rows, columns)
    : half.pack(view, rows, columns, pitch, role === "gradient");
  return { view, packed };
}

/** Records a product. */
export function productOf(
  { device, half }: Scope,
  product: Omit<Product, "a" | "b"> & { readonly a: Operand; readonly b: Operand },
): void {
  const { a, b, c, bias, preactivation, m, n, k } = product;
  const ldc = product.ldc ?? n;
  const fits = m * ldc * 4 <= device.limits.maxBindingBytes;
  if (half === undefined || a.packed === undefined || b.packed === undefined || !fits) {
    matrixProduct(device, { ...product, a: a.view, b: b.view });
    return;
  }
  const unscale = a.packed.scaled || b.packed.scaled;
  device.run(matmulHalf, {
    bindings: {
      a: a.packed.view,
      b: b.packed.view,
      c,
      ...(bias && { bias }),
      ...(preactivation && { preactivation }),
      ...(unscale && { scale: half.scale }),
    },
    uniforms: {
      ...{ m, n, k, ldc, alpha: product.alpha ?? 1 },
      lda: a.packed.pitch,
      ldb: b.packed.pitch,
    },
    structural: {
      transpose_a: product.transposeA ?? false,
      transpose_b: product.transposeB ?? false,
      bias: bias !== undefined,
      accumulate: product.accumulate ?? false,
      activation: product.activation ?? "none",
      unscale,
    },
  });
}
