/**
 * WGSL of packing to half precision.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const pack = wgsl`
// y = scale·x in half precision, two neighbors to a word, rows filled up with zeros to whole groups of four. One invocation a group.
// Rounded to the nearest half, ties to even, by whole numbers: WGSL leaves the rounding of its own conversions open, and what lies beyond
// the largest half must become infinity on every adapter.
struct Parameters {
  rows: u32,
  columns: u32,
  pitch: u32,
  packed_pitch: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
//#if vector
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
//#else
@group(0) @binding(1) var<storage, read> x: array<f32>;
//#end
//#if scaled
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec2<u32>>;
//#else
@group(0) @binding(2) var<storage, read_write> y: array<vec2<u32>>;
//#end

const WORKGROUP: u32 = /*workgroup*/;

// The bits of the half that lies nearest.
fn half_bits(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  let sign = (bits >> 16) & 0x8000u;
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return 0x7e00u; }
  // From 65,520 on the nearest half is infinity.
  if (magnitude >= 0x477ff000u) { return sign | 0x7c00u; }
  if (magnitude >= 0x38800000u) {
    let rebased = magnitude - 0x38000000u;
    return sign | ((rebased + 0xfffu + ((rebased >> 13) & 1u)) >> 13);
  }
  // Subnormal halves count 2^-24; below half of that there is zero.
  if (magnitude < 0x33000000u) { return sign; }
  let shift = 126u - (magnitude >> 23);
  let digits = (magnitude & 0x7fffffu) | 0x800000u;
  return sign | ((digits + (1u << (shift - 1u)) - 1u + ((digits >> shift) & 1u)) >> shift);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) invocation: u32,
) {
  let fours = (parameters.columns + 3) / 4;
  let place = (group.x + group.y * groups.x) * WORKGROUP + invocation;
  if (place >= parameters.rows * fours) { return; }
  let row = place / fours;
  let four = place % fours;
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
