/**
 * Conversion of weights to 8-bit integers.
 *
 * @module
 */

/** A matrix of 8-bit integers: `value ≈ (byte − 128)·scale` with one scale per row. */
export interface QuantizedMatrix {
  /** `[rows, columns]` */
  readonly bytes: Uint8Array;
  /** `[rows]` */
  readonly scales: Float32Array<ArrayBuffer>;
}

/** The byte that stands for 0. Signed bytes would saturate in the int8 instructions of x86 processors without VNNI. */
export const ZERO_POINT = 128;
const LARGEST_INTEGER = 127;

/**
 * Quantizes each row of a matrix symmetrically to the integers −127 to 127.
 *
 * @param name names the tensor in the error
 * @param values `[rows, columns]`
 * @throws {RangeError} if a number is not finite
 */
export function quantizeRows(name: string, values: Float32Array, rows: number): QuantizedMatrix {
  const columns = values.length / rows;
  const bytes = new Uint8Array(values.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const from = row * columns, to = from + columns;
    let largest = 0;
    for (let i = from; i < to; i++) {
      if (!Number.isFinite(values[i])) {
        throw new RangeError(`Cannot quantize tensor ${name}: it contains ${values[i]}`);
      }
      largest = Math.max(largest, Math.abs(values[i]));
    }
    scales[row] = largest / LARGEST_INTEGER || 1;
    for (let i = from; i < to; i++) {
      const integer = Math.round(values[i] / scales[row]);
      bytes[i] = ZERO_POINT + Math.max(-LARGEST_INTEGER, Math.min(LARGEST_INTEGER, integer));
    }
  }
  return { bytes, scales };
}

/** Transposes a matrix `[rows, columns]` of any element type. */
export function transposed<T extends Float32Array | Uint8Array>(values: T, rows: number): T {
  const columns = values.length / rows;
  const result = values.slice() as T;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column];
    }
  }
  return result;
}
