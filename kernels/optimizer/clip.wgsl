// norm[0] = √Σ partials, norm[1] = min(1, max_norm / norm[0]) or 1 where max_norm ≤ 0, norm[2 + slot] = norm[0]. One workgroup.
struct Parameters {
  block_count: u32,
  slot: u32,
  max_norm: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> partials: array<f32>;
@group(0) @binding(2) var<storage, read_write> norm: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  var squares = 0.0;
  for (var i = lane; i < parameters.block_count; i += LANES) {
    squares += partials[i];
  }
  let length = sqrt(row_sum(lane, squares));
  if (lane == 0u) {
    // A NaN must reach norm[1] although every comparison with it may come out either way.
    let nan = (bitcast<u32>(length) & 0x7fffffffu) > 0x7f800000u;
    let whole = parameters.max_norm <= 0.0 || (length <= parameters.max_norm && !nan);
    norm[0] = length;
    norm[1] = select(parameters.max_norm / length, 1.0, whole);
    norm[2u + parameters.slot] = length;
  }
}
