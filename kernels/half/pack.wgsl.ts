/**
 * WGSL that packs float32 numbers in half precision (f16).
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const pack = wgsl`
// y = scale·x in half precision (f16), two neighbors per word, rows padded with zeros to whole groups of four. One invocation per group.
// Rounded to the nearest f16, ties to even, in integer arithmetic: WGSL does not specify the rounding of conversions, and
// overflow must become infinity on every adapter.

// The bits of the nearest f16 number.
fn half_bits(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  let sign = (bits >> 16) & 0x8000u;
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return 0x7e00u; }
  // From 65,520 on the nearest f16 number is infinity.
  if (magnitude >= 0x477ff000u) { return sign | 0x7c00u; }
  if (magnitude >= 0x38800000u) {
    let rebased = magnitude - 0x38000000u;
    return sign | ((rebased + 0xfffu + ((rebased >> 13) & 1u)) >> 13);
  }
  // Subnormal numbers are multiples of 2^-24; below half of that is zero.
  if (magnitude < 0x33000000u) { return sign; }
  let shift = 126u - (magnitude >> 23);
  let digits = (magnitude & 0x7fffffu) | 0x800000u;
  return sign | ((digits + (1u << (shift - 1u)) - 1u + ((digits >> shift) & 1u)) >> shift);
}

fn main(i: u32) {
  let fours = (parameters.columns + 3) / 4;
  if (i >= parameters.rows * fours) { return; }
  let row = i / fours;
  let four = i % fours;
  let start = row * parameters.pitch + 4 * four;
  //#if vector
  var values = x[start / 4];
  //#else
  let last = parameters.columns - 1 - 4 * four;
  var values = vec4f(x[start], x[start + min(1, last)], x[start + min(2, last)], x[start + min(3, last)]);
  //#end
  //#if scaled
  values *= scale[0];
  //#end
  //#if !vector
  values = select(vec4f(), values, vec4u(0, 1, 2, 3) <= vec4u(last));
  //#end
  y[row * (parameters.packed_pitch / 4) + four] = vec2<u32>(
    half_bits(values.x) | (half_bits(values.y) << 16),
    half_bits(values.z) | (half_bits(values.w) << 16),
  );
}
`;
