/**
 * Matrix products on views, divided where an operand is larger than one binding may show.
 *
 * @module
 */
import { matmulMatmul } from "../../../kernels/mod.ts";
import { type Device, type View, VIEW_ALIGNMENT } from "../../device/mod.ts";
import type { Activation } from "./dense.ts";

/** One product `c = act(alpha·op(a)·op(b) + bias)`, or `c += …`. */
export interface Product {
  /** Left operand. */
  readonly a: View;
  /** Right operand. */
  readonly b: View;
  /** Result. */
  readonly c: View;
  /** Added to every row, `[n]`. */
  readonly bias?: View;
  /** Receives the sum before the activation; needed when there is one. */
  readonly preactivation?: View;
  /** Applied to the sum; none where absent. */
  readonly activation?: Activation | "none";
  /** `a` is stored `[k, m]`. */
  readonly transposeA?: boolean;
  /** `b` is stored `[n, k]`. */
  readonly transposeB?: boolean;
  /** Adds to what `c` holds. */
  readonly accumulate?: boolean;
  /** Factor of the product; 1 where absent. */
  readonly alpha?: number;
  /** Rows of the result. */
  readonly m: number;
  /** Columns of the result. */
  readonly n: number;
  /** Length of the sums. */
  readonly k: number;
  /** Elements from one row to the next; the rows' own length unless given. */
  readonly lda?: number;
  /** Of the right operand. */
  readonly ldb?: number;
  /** Of the result. */
  readonly ldc?: number;
}

/** Records a product on the device. */
export function matrixProduct(device: Device, product: Product): void {
  const half = halfOf(device, product);
  if (half !== null) {
    for (const part of half) matrixProduct(device, part);
    return;
  }
  const { m, n, k, transposeA = false, transposeB = false } = product;
  device.run(matmulMatmul, {
    bindings: {
      a: product.a,
      b: product.b,
      c: product.c,
      ...(product.bias && { bias: product.bias }),
      ...(product.preactivation && { preactivation: product.preactivation }),
    },
    uniforms: { m, n, k, ...leadingDimensions(product), alpha: product.alpha ?? 1 },
    structural: {
      transpose_a: transposeA,
      transpose_b: transposeB,
      bias: product.bias !== undefined,
      accumulate: product.accumulate ?? false,
      activation: product.activation ?? "none",
    },
  });
}

function leadingDimensions(product: Product): { lda: number; ldb: number; ldc: number } {
  const { m, n, k, transposeA, transposeB } = product;
  return {
    lda: product.lda ?? (transposeA ? m : k),
    ldb: product.ldb ?? (transposeB ? k : n),
    ldc: product.ldc ?? n,
  };
}

/**
 * Two halves of a product whose largest operand does not fit one binding, or null where all fit. A matrix is divided along its stored rows, so
 * a half is again a view.
 */
function halfOf(device: Device, product: Product): [Product, Product] | null {
  const limit = device.limits.maxBindingBytes / 4;
  const { m, n, k, transposeA, transposeB } = product;
  const { lda, ldb, ldc } = leadingDimensions(product);
  const a = (transposeA ? k : m) * lda;
  const b = (transposeB ? n : k) * ldb;
  const c = m * ldc;
  if (Math.max(a, b, c) <= limit) return null;
  const common = { ...product, lda, ldb, ldc };
  if (c === Math.max(a, b, c) || (a === Math.max(a, b, c) && !transposeA)) {
    const [low, high] = halves(m);
    return [
      { ...common, m: low },
      {
        ...common,
        m: high,
        a: rest(product.a, transposeA ? low : low * lda),
        c: rest(product.c, low * ldc),
        preactivation: product.preactivation && rest(product.preactivation, low * ldc),
      },
    ];
  }
  if (b === Math.max(a, b, c) && transposeB) {
    const [low, high] = halves(n);
    return [
      { ...common, n: low },
      {
        ...common,
        n: high,
        b: rest(product.b, low * ldb),
        c: rest(product.c, low),
        bias: product.bias && rest(product.bias, low),
        preactivation: product.preactivation && rest(product.preactivation, low),
      },
    ];
  }
  const [low, high] = halves(k);
  return [
    { ...common, k: low, bias: undefined },
    {
      ...common,
      k: high,
      accumulate: true,
      a: rest(product.a, transposeA ? low * lda : low),
      b: rest(product.b, transposeB ? low : low * ldb),
    },
  ];
}

/** Divides a dimension so that the second half starts where a view may start. */
function halves(size: number): [number, number] {
  const low = Math.ceil(size / 2 / VIEW_ALIGNMENT) * VIEW_ALIGNMENT;
  if (low >= size) {
    throw new RangeError(
      `Cannot divide a matrix product further: a dimension of ${size} is too short for this device's binding limit`,
    );
  }
  return [low, size - low];
}

function rest(view: View, elements: number): View {
  return { buffer: view.buffer, offset: view.offset + elements, length: view.length - elements };
}
