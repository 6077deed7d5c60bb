// out[slot] (+)= scale·#{prediction == label}, ignored labels left out. One workgroup.
struct Parameters {
  count: u32,
  slot: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> prediction: array<u32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  var hits = 0u;
  for (var i = lane; i < parameters.count; i += LANES) {
    let label = labels[i];
    hits += select(0u, 1u, label != 0xffffffffu && prediction[i] == label);
  }
  let total = parameters.scale * row_sum(lane, f32(hits));
  if (lane == 0u) {
//#if accumulate
    out[parameters.slot] += total;
//#else
    out[parameters.slot] = total;
//#end
  }
}
