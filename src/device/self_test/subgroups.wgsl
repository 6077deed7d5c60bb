// For lane l of a workgroup that should be one subgroup: y[3l] = the subgroup's size, y[3l + 1] = the lane's number in it,
// y[3l + 2] = lane 1's number by broadcast plus the sum of all numbers.
struct Parameters { count: u32 }

override SIZE: u32;

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(SIZE)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_size) size: u32,
  @builtin(subgroup_invocation_id) number: u32,
) {
  let total = subgroupAdd(f32(lane));
  let second = subgroupBroadcast(f32(lane), 1u);
  if (lane < parameters.count) {
    y[3u * lane] = f32(size);
    y[3u * lane + 1u] = f32(number);
    y[3u * lane + 2u] = second + total;
  }
}
