// out[row] = words[ids[row]] + positions[row % sequence] + types[type_ids[row]]. One invocation an element or four.
struct Parameters {
  rows: u32,
  columns: u32,
  sequence: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> words: array<Value>;
@group(0) @binding(2) var<storage, read> positions: array<Value>;
@group(0) @binding(3) var<storage, read> types: array<Value>;
@group(0) @binding(4) var<storage, read> ids: array<u32>;
@group(0) @binding(5) var<storage, read> type_ids: array<u32>;
@group(0) @binding(6) var<storage, read_write> out: array<Value>;

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
  if (row >= parameters.rows) {
    return;
  }
  let c = i % length;
  out[i] = words[ids[row] * length + c] +
    positions[(row % parameters.sequence) * length + c] +
    types[type_ids[row] * length + c];
}
