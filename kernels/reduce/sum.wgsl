// out[slot] (+)= scale·Σx. One workgroup; every invocation adds each LANES-th element, four sums at a time.
struct Parameters {
  count: u32,
  slot: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let count = parameters.count / WIDTH;
  let whole = count - count % (4u * LANES);
  var sums = array<Value, 4>();
  for (var i = lane; i < whole; i += 4u * LANES) {
    sums[0] += x[i];
    sums[1] += x[i + LANES];
    sums[2] += x[i + 2u * LANES];
    sums[3] += x[i + 3u * LANES];
  }
  for (var i = whole + lane; i < count; i += LANES) {
    sums[0] += x[i];
  }
  let total = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  let result = parameters.scale * row_sum(lane, lane_sum(total));
  if (lane == 0u) {
//#if accumulate
    out[parameters.slot] += result;
//#else
    out[parameters.slot] = result;
//#end
  }
}
