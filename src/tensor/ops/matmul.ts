/**
 * Matrix multiplications (matmuls), divided if an operand does not fit in one binding, with operands in half precision if the scope requires it.
 *
 * @module
 */
import {
  matmulAddParts,
  matmulHalf,
  matmulHalfParts,
  matmulMatmul,
  matmulParts,
  type Parts,
  partsOf,
} from "../../../kernels/mod.ts";
import { type Device, type View, VIEW_ALIGNMENT } from "../../device/mod.ts";
import type { PackedMatrix } from "../half_precision.ts";
import type { Scope } from "../scope.ts";
import { temporaryTensor } from "../tensor.ts";
import type { Activation } from "./dense.ts";

/** A matmul `c = activation(alpha·op(a)·op(b) + bias)`, or `c += …` with `accumulate`. Here op is the identity or a transposition. */
export interface Matmul {
  /** Left operand, `[m, k]`. */
  readonly a: View;
  /** Right operand, `[k, n]`. */
  readonly b: View;
  /** Result, `[m, n]`. */
  readonly c: View;
  /** Added to every row, `[n]`. */
  readonly bias?: View;
  /**
   * Required with an activation: receives the value before it. For the backward pass of an activation it contains that value, and is replaced by the activation.
   */
  readonly preactivation?: View;
  /** The sum of each row of `alpha·op(a)` is added to this, `[m]`. */
  readonly rowSums?: View;
  /** Activation function, or the backward pass of one, `c = alpha·op(a)·op(b)·activation'(preactivation)`; default `none`. */
  readonly activation?: Activation | `${Activation}_backward` | "none";
  /** Whether `a` is stored transposed, `[k, m]`; default false. */
  readonly transposeA?: boolean;
  /** Whether `b` is stored transposed, `[n, k]`; default false. */
  readonly transposeB?: boolean;
  /** Whether the result is added to `c`; default false. */
  readonly accumulate?: boolean;
  /** Factor of `op(a)·op(b)`; default 1. */
  readonly alpha?: number;
  /** Number of rows of the result. */
  readonly m: number;
  /** Number of columns of the result. */
  readonly n: number;
  /** Number of columns of `op(a)` and rows of `op(b)`. */
  readonly k: number;
  /** Distance between the starts of two stored rows of `a`, in elements; default their length. */
  readonly lda?: number;
  /** Likewise for `b`. */
  readonly ldb?: number;
  /** Likewise for `c`. */
  readonly ldc?: number;
}

/**
 * Records a float32 matmul of views.
 *
 * @throws {RangeError} if an operand does not fit in a binding of the device and cannot be divided
 */
export function matmulViews(device: Device, matmul: Matmul): void {
  const parts = halvesOf(device, matmul);
  if (parts !== null) {
    for (const part of parts) matmulViews(device, part);
    return;
  }
  const { m, n, k, transposeA = false, transposeB = false } = matmul;
  const divided = partsOf(matmul, device.limits.fillingWorkgroups ?? 0);
  if (divided.parts > 1) {
    runParts(device, matmulParts, matmul, { ...leadingDimensions(matmul), ...divided });
    return;
  }
  device.run(matmulMatmul, {
    bindings: {
      a: matmul.a,
      b: matmul.b,
      c: matmul.c,
      ...(matmul.bias && { bias: matmul.bias }),
      ...(matmul.preactivation && { preactivation: matmul.preactivation }),
      ...(matmul.rowSums && { row_sums: matmul.rowSums }),
    },
    uniforms: { m, n, k, ...leadingDimensions(matmul), alpha: matmul.alpha ?? 1 },
    structural: {
      transpose_a: transposeA,
      transpose_b: transposeB,
      bias: matmul.bias !== undefined,
      accumulate: matmul.accumulate ?? false,
      activation: matmul.activation ?? "none",
      row_sums: matmul.rowSums !== undefined,
    },
  });
}

/** Records a matmul whose sums are divided: the parts, then their sum. `scale` divides the result. */
function runParts(
  device: Device,
  kernel: typeof matmulParts,
  matmul: Matmul,
  { parts, part_length, lda, ldb }: Parts & { readonly lda: number; readonly ldb: number },
  scale?: View,
): void {
  const { a, b, c, bias, preactivation, rowSums, m, n, k, ldc = n, alpha = 1 } = matmul;
  const row_sums = rowSums !== undefined;
  const products = temporaryTensor(device, [parts, m, n], "parts of a matmul").view;
  const sums = row_sums ? temporaryTensor(device, [parts, m], "parts of row sums").view : undefined;
  device.run(kernel, {
    bindings: { a, b, products, ...(sums && { row_sums: sums }) },
    uniforms: { m, n, k, lda, ldb, parts, part_length },
    structural: {
      transpose_a: matmul.transposeA ?? false,
      transpose_b: matmul.transposeB ?? false,
      row_sums,
    },
  });
  device.run(matmulAddParts, {
    bindings: {
      products,
      ...(sums && { sums }),
      ...(bias && { bias }),
      c,
      ...(preactivation && { preactivation }),
      ...(rowSums && { row_sums: rowSums }),
      ...(scale && { scale }),
    },
    uniforms: { m, n, ldc, parts, alpha },
    structural: {
      bias: bias !== undefined,
      accumulate: matmul.accumulate ?? false,
      activation: matmul.activation ?? "none",
      row_sums,
      unscale: scale !== undefined,
    },
  });
}

function leadingDimensions(matmul: Matmul): { lda: number; ldb: number; ldc: number } {
  const { m, n, k, transposeA, transposeB } = matmul;
  return {
    lda: matmul.lda ?? (transposeA ? m : k),
    ldb: matmul.ldb ?? (transposeB ? k : n),
    ldc: matmul.ldc ?? n,
  };
}

/** Divides a matmul whose largest operand does not fit in one binding into two; returns null if all fit. Matrices are divided along stored rows, so that parts are views. */
function halvesOf(device: Device, matmul: Matmul): [Matmul, Matmul] | null {
  const limit = device.limits.maxBindingBytes / 4;
  const { m, n, k, transposeA, transposeB } = matmul;
  const { lda, ldb, ldc } = leadingDimensions(matmul);
  const a = (transposeA ? k : m) * lda;
  const b = (transposeB ? n : k) * ldb;
  const c = m * ldc;
  if (Math.max(a, b, c) <= limit) return null;
  const common = { ...matmul, lda, ldb, ldc };
  if (c === Math.max(a, b, c) || (a === Math.max(a, b, c) && !transposeA)) {
    const [low, high] = splitDimension(m);
    return [
      { ...common, m: low },
      {
        ...common,
        m: high,
        a: rest(matmul.a, transposeA ? low : low * lda),
        c: rest(matmul.c, low * ldc),
        preactivation: matmul.preactivation && rest(matmul.preactivation, low * ldc),
        rowSums: matmul.rowSums && rest(matmul.rowSums, low),
      },
    ];
  }
  if (b === Math.max(a, b, c) && transposeB) {
    const [low, high] = splitDimension(n);
    return [
      { ...common, n: low },
      {
        ...common,
        n: high,
        b: rest(matmul.b, low * ldb),
        c: rest(matmul.c, low),
        bias: matmul.bias && rest(matmul.bias, low),
        preactivation: matmul.preactivation && rest(matmul.preactivation, low),
        rowSums: undefined,
      },
    ];
  }
  const [low, high] = splitDimension(k);
  return [
    { ...common, k: low, bias: undefined },
    {
      ...common,
      k: high,
      accumulate: true,
      a: rest(matmul.a, transposeA ? low * lda : low),
      b: rest(matmul.b, transposeB ? low : low * ldb),
    },
  ];
}

/** Divides a dimension into two parts, the second of which starts at an aligned offset. */
function splitDimension(size: number): [number, number] {
  const low = Math.ceil(size / 2 / VIEW_ALIGNMENT) * VIEW_ALIGNMENT;
  if (low >= size) {
    throw new RangeError(
      `Cannot divide a matmul further: an operand exceeds the device's binding limit, and a dimension of ${size} is too small to divide`,
    );
  }
  return [low, size - low];
}

function rest(view: View, elements: number): View {
  return { buffer: view.buffer, offset: view.offset + elements, length: view.length - elements };
}

/** An operand of matmuls. */
export interface Operand {
  /** The matrix in float32. */
  readonly view: View;
  /** The matrix in half precision; undefined for float32 matmuls. */
  readonly packed?: PackedMatrix;
}

/**
 * Prepares an operand, which matmuls can use as it is or transposed.
 *
 * @param role weights are packed once per step; gradients are multiplied by the loss scale
 * @param pitch distance between the starts of two rows, in elements
 */
export function operand(
  { device, half }: Scope,
  view: View,
  rows: number,
  columns: number,
  role: "activation" | "weight" | "gradient",
  pitch: number = columns,
): Operand {
  // Operands that do not fit in one binding need a division, which only float32 matmuls support.
  if (half === undefined || view.length * 4 > device.limits.maxBindingBytes) return { view };
  const packed = role === "weight" && !view.buffer.temporary
    ? half.packWeight(view, rows, columns)
    : half.pack(view, rows, columns, pitch, role === "gradient");
  return { view, packed };
}

/** Records a matmul of operands: in half precision if both are packed and the result fits in one binding, else in float32. */
export function matmulOperands(
  { device, half }: Scope,
  matmul: Omit<Matmul, "a" | "b"> & { readonly a: Operand; readonly b: Operand },
): void {
  const { a, b, c, bias, preactivation, rowSums, m, n, k } = matmul;
  const ldc = matmul.ldc ?? n;
  const fits = m * ldc * 4 <= device.limits.maxBindingBytes;
  if (half === undefined || a.packed === undefined || b.packed === undefined || !fits) {
    matmulViews(device, { ...matmul, a: a.view, b: b.view });
    return;
  }
  const unscale = a.packed.scaled || b.packed.scaled;
  const divided = partsOf(matmul, device.limits.fillingWorkgroups ?? 0);
  if (divided.parts > 1) {
    runParts(
      device,
      matmulHalfParts,
      { ...matmul, a: a.packed.view, b: b.packed.view },
      { ...divided, lda: a.packed.pitch, ldb: b.packed.pitch },
      unscale ? half.scale : undefined,
    );
    return;
  }
  device.run(matmulHalf, {
    bindings: {
      a: a.packed.view,
      b: b.packed.view,
      c,
      ...(bias && { bias }),
      ...(preactivation && { preactivation }),
      ...(rowSums && { row_sums: rowSums }),
      ...(unscale && { scale: half.scale }),
    },
    uniforms: {
      ...{ m, n, k, ldc, alpha: matmul.alpha ?? 1 },
      lda: a.packed.pitch,
      ldb: b.packed.pitch,
    },
    structural: {
      transpose_a: matmul.transposeA ?? false,
      transpose_b: matmul.transposeB ?? false,
      bias: bias !== undefined,
      accumulate: matmul.accumulate ?? false,
      activation: matmul.activation ?? "none",
      row_sums: rowSums !== undefined,
      unscale,
    },
  });
}
