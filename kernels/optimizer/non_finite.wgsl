// flag[0] = 1 if any x is NaN or infinite. By the bits: drivers may assume that no float is NaN and drop a comparison.
struct Parameters {
  count: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read_write> flag: array<atomic<u32>>;

override WORKGROUP: u32;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  if (i >= parameters.count / WIDTH) {
    return;
  }
  let fault = (bitcast<Bits>(x[i]) & Bits(0x7f800000u)) == Bits(0x7f800000u);
//#if vector
  if (any(fault)) {
//#else
  if (fault) {
//#end
    atomicStore(&flag[0], 1u);
  }
}
