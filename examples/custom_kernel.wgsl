// y = softplus(x) = ln(1 + exp(x)), written so that exp never overflows.
struct Parameters {
  count: u32,
}

// The uniform block is binding 0, the storage bindings follow in the order of the signature.
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

override WORKGROUP: u32;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  if (i < parameters.count) {
    y[i] = max(x[i], 0.0) + log(1.0 + exp(-abs(x[i])));
  }
}
