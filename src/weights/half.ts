/**
 * Conversion of weights to half precision.
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

/** Returns the value of a half-precision number. */
export function widenHalf(half: number): number {
  const sign = (half & 0x8000) === 0 ? 1 : -1;
  const exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (0x400 + fraction) * 2 ** (exponent - 25);
}
