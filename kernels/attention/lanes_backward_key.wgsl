
// dK = dSᵀ·Q and dV = Pᵀ·dO of each head, zero for keys beyond the example's length.
@group(0) @binding(1) var query: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var key: texture_storage_2d<rgba32float, read>;
@group(0) @binding(3) var value: texture_storage_2d<rgba32float, read>;
@group(0) @binding(4) var dout: texture_storage_2d<rgba32float, read>;
@group(0) @binding(5) var<storage, read> lengths: array<u32>;
@group(0) @binding(6) var<storage, read> statistics: array<f32>;
@group(0) @binding(7) var<storage, read_write> dkey: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> dvalue: array<vec4f>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let place = place_of(group.x + group.y * grid.x);
  if (place.head >= parameters.batch * parameters.heads) {
    return;
  }
  let sequence = parameters.sequence;
  let own = place.first + OWNED * lane;
  let inside = Bits(own) + Bits(/*offsets*/) < Bits(place.keys);
  //#lines own
  //#lines results

  // Where all keys are padding nobody asks.
  let queries = select(0u, sequence, place.first < place.keys);
  for (var i = 0u; i < queries; i++) {
    let row = place.first_token + i;
    //#lines queries
    //#lines products
    let scores = parameters.scale * Value(/*scores*/);
    let log_sum_exp = statistics[2u * (place.head * sequence + i)];
    let delta = statistics[2u * (place.head * sequence + i) + 1u];
    let probability = exponential(scores - log_sum_exp);
    var weight = probability;
    var gradient = Value(/*gradients*/);
    //#if dropout
    let kept = kept_own(place.head * sequence + i, own);
    weight = select(Value(0.0), parameters.keep_scale * weight, kept);
    gradient = select(Value(0.0), parameters.keep_scale * gradient, kept);
    //#end
    let slope = parameters.scale * probability * (gradient - delta);
    //#lines sums
  }
  //#lines stores
}
