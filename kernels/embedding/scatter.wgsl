// out[indices[i]] (+)= x[i]; the indices are distinct, so no two invocations write one element. One invocation an element or four.
struct Parameters {
  count: u32,
  columns: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<Value>;

override WORKGROUP: u32;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  let length = parameters.columns / WIDTH;
  let row = i / length;
  if (row >= parameters.count) {
    return;
  }
  let target_index = indices[row] * length + i % length;
//#if accumulate
  out[target_index] += x[i];
//#else
  out[target_index] = x[i];
//#end
}
