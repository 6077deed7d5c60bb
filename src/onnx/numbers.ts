/**
 * Conversion of weights to half precision and to 8-bit integers.
 *
 * @module
 */

const LARGEST_HALF = 65504;

/**
 * Rounds numbers to half precision (f16), to the nearest and ties to even.
 *
 * @param name names the tensor in the error
 * @returns the bits of the numbers
 * @throws {RangeError} if a number is not finite or exceeds the range of f16, ±65504
 */
export function toHalf(name: string, values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(values, (value, i) => {
    const half = halfBits(bits[i]);
    if ((half & 0x7c00) === 0x7c00) {
      throw new RangeError(
        `Cannot convert tensor ${name} to f16: it contains ${value}, expected at most ±${LARGEST_HALF}`,
      );
    }
    return half;
  });
}

/** Returns the bits of the half-precision number nearest to a float32 number. Node 22 has no `Float16Array`. */
function halfBits(float: number): number {
  const sign = float >>> 16 & 0x8000;
  const magnitude = float & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // Rounding at bit 13; the exponent bias changes from 127 to 15.
  if (magnitude >= 0x38800000) {
    const rounded = magnitude + 0x0fff + (magnitude >>> 13 & 1);
    return sign | Math.min((rounded >>> 13) - (112 << 10), 0x7c00);
  }
  // Subnormal: a multiple of 2^-24.
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return sign;
  const fraction = magnitude & 0x7fffff | 0x800000;
  const half = fraction >>> shift;
  const rest = fraction & (1 << shift) - 1, tie = 1 << shift - 1;
  return sign | half + Number(rest > tie || rest === tie && (half & 1) === 1);
}

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
