// out[rows[s]] (+)= Σ x[items[j]], offsets[s] ≤ j < offsets[s + 1], in that order: the gradient of a look-up whose uses were
// sorted by row. No atomics: WGSL has none for floats, and the order would change from run to run.
// One invocation a segment and column (or four columns).
struct Parameters {
  segments: u32,
  columns: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> offsets: array<u32>;
@group(0) @binding(3) var<storage, read> items: array<u32>;
@group(0) @binding(4) var<storage, read> rows: array<u32>;
@group(0) @binding(5) var<storage, read_write> out: array<Value>;

override WORKGROUP: u32;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  let length = parameters.columns / WIDTH;
  let segment = i / length;
  if (segment >= parameters.segments) {
    return;
  }
  let c = i % length;
  let last = offsets[segment + 1u];
  var total = Value(0.0);
  for (var j = offsets[segment]; j < last; j++) {
    total += x[items[j] * length + c];
  }
  let target_index = rows[segment] * length + c;
//#if accumulate
  out[target_index] += total;
//#else
  out[target_index] = total;
//#end
}
