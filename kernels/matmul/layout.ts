/**
 * How the matrices of a matrix multiplication lie inside their bindings.
 *
 * @module
 */
import {
  pitchUnit,
  type Structural,
  type TexelFormat,
  type TextureOperand,
  type Uniforms,
} from "../kernel.ts";

/** One of the three matrices as it is stored: its shape and its leading dimension, in elements. */
export interface StoredMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly pitch: number;
}

/** A as stored: `[m, k]`, or `[k, m]` if it is transposed. */
export function storedA({ m, k, lda }: Uniforms, { transpose_a }: Structural): StoredMatrix {
  const [rows, columns] = transpose_a ? [k, m] : [m, k];
  return { rows, columns, pitch: lda };
}

/** B as stored: `[k, n]`, or `[n, k]` if it is transposed. */
export function storedB({ n, k, ldb }: Uniforms, { transpose_b }: Structural): StoredMatrix {
  const [rows, columns] = transpose_b ? [n, k] : [k, n];
  return { rows, columns, pitch: ldb };
}

/** C, `[m, n]`. */
export function storedC({ m, n, ldc }: Uniforms): StoredMatrix {
  return { rows: m, columns: n, pitch: ldc };
}

/** Elements from the first to the last of a matrix; 0 if it has none. */
export function extent({ rows, columns, pitch }: StoredMatrix): number {
  return rows === 0 || columns === 0 ? 0 : (rows - 1) * pitch + columns;
}

/** Whether every row of the matrix starts at a multiple of four elements. */
export function rowsAlign({ pitch }: StoredMatrix): boolean {
  return pitch % 4 === 0;
}

/** The matrix as a texture operand, or `undefined` if its pitch does not allow the copy. */
export function textureOperand(
  { rows, columns, pitch }: StoredMatrix,
  format: TexelFormat,
  padTexels: number,
): TextureOperand | undefined {
  if (pitch % pitchUnit(format) !== 0) return undefined;
  return { format, offset: 0, rows, columns: Math.ceil(columns / 4) * 4, pitch, padTexels };
}
