/**
 * Half-precision numbers (f16) in plain TypeScript.
 *
 * @module
 */
import type { Reference } from "../kernel.ts";

const QUIET_NAN = 0x7e00;

/** Views words of two f16 numbers each, the lower bits first, as f16 numbers. */
export function float16View(words: Uint32Array): Float16Array {
  return new Float16Array(words.buffer, words.byteOffset, 2 * words.length);
}

/** `y = scale·x` in f16 for the groups of four from `begin` to `end`; every NaN becomes the same quiet NaN. */
export const pack: Reference = (
  { x, scale, y },
  { columns, pitch, packed_pitch },
  { scaled },
  begin,
  end,
) => {
  const numbers = float16View(y);
  const bits = new Uint16Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const fours = Math.ceil(columns / 4);
  for (let group = begin; group < end; group++) {
    const row = Math.floor(group / fours);
    for (let i = 0; i < 4; i++) {
      const column = 4 * (group % fours) + i;
      const place = row * packed_pitch + column;
      const value = column < columns ? x[row * pitch + column] * (scaled ? scale[0] : 1) : 0;
      if (Number.isNaN(value)) bits[place] = QUIET_NAN;
      else numbers[place] = value;
    }
  }
};
