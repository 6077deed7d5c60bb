/**
 * Where the matrices of a batched product lie inside their bindings.
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

/** One of the three matrices as it is stored: its shape, its leading dimension, and the strides between batch items. */
export interface StoredMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly pitch: number;
  readonly outer: number;
  readonly inner: number;
}

/** A as stored: `[m, k]`, or `[k, m]` when it is transposed. */
export function storedA(u: Uniforms, structural: Structural): StoredMatrix {
  const [rows, columns] = structural.transpose_a ? [u.k, u.m] : [u.m, u.k];
  return { rows, columns, pitch: u.lda, outer: u.a_outer, inner: u.a_inner };
}

/** B as stored: `[k, n]`, or `[n, k]` when it is transposed. */
export function storedB(u: Uniforms, structural: Structural): StoredMatrix {
  const [rows, columns] = structural.transpose_b ? [u.n, u.k] : [u.k, u.n];
  return { rows, columns, pitch: u.ldb, outer: u.b_outer, inner: u.b_inner };
}

/** C, `[m, n]`. */
export function storedC(u: Uniforms): StoredMatrix {
  return { rows: u.m, columns: u.n, pitch: u.ldc, outer: u.c_outer, inner: u.c_inner };
}

/** Largest outer and inner index of a batch. */
function lastItem({ batch, inner }: Uniforms): [number, number] {
  return [Math.ceil(batch / inner) - 1, Math.min(batch, inner) - 1];
}

/** Elements from the first to the last that the batch touches; 0 when it touches none. */
export function extent(matrix: StoredMatrix, uniforms: Uniforms): number {
  const { rows, columns, pitch } = matrix;
  if (rows === 0 || columns === 0 || uniforms.batch === 0) return 0;
  const [outer, inner] = lastItem(uniforms);
  return outer * matrix.outer + inner * matrix.inner + (rows - 1) * pitch + columns;
}

/** Whether every start of a row in this matrix is a multiple of four elements. */
export function rowsAlign({ pitch, outer, inner }: StoredMatrix): boolean {
  return pitch % 4 === 0 && outer % 4 === 0 && inner % 4 === 0;
}

/**
 * The one matrix `[rows, pitch]` that holds every item of the batch, items being offset by whole rows and by columns, as heads are.
 * `undefined` where an item would wrap around the end of a row or starts within a texel.
 */
export function operandRegion(
  matrix: StoredMatrix,
  uniforms: Uniforms,
  format: TexelFormat,
  padTexels: number,
): TextureOperand | undefined {
  const { pitch, outer, inner } = matrix;
  if (pitch % pitchUnit(format) !== 0 || !rowsAlign(matrix)) return undefined;
  const [lastOuter, lastInner] = lastItem(uniforms);
  const rowOffset = lastOuter * Math.floor(outer / pitch) + lastInner * Math.floor(inner / pitch);
  const columnOffset = lastOuter * (outer % pitch) + lastInner * (inner % pitch);
  if (columnOffset + matrix.columns > pitch) return undefined;
  return {
    format,
    offset: 0,
    rows: rowOffset + matrix.rows,
    columns: Math.ceil((columnOffset + matrix.columns) / 4) * 4,
    pitch,
    padTexels,
  };
}

/** Whether a matrix can be copied to one texture (see {@linkcode TextureOperand} for how long ones are folded). */
export function fitsTexture(operand: TextureOperand, maxSide: number): boolean {
  const blocks = Math.ceil(operand.rows / maxSide);
  return blocks * (operand.columns / 4 + operand.padTexels) <= maxSide;
}
