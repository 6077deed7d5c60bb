
// dQ = dS·K of each head, dS = scale·P·(dP − δ).
@group(0) @binding(1) var query: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var key: texture_storage_2d<rgba32float, read>;
@group(0) @binding(3) var value: texture_storage_2d<rgba32float, read>;
@group(0) @binding(4) var dout: texture_storage_2d<rgba32float, read>;
@group(0) @binding(5) var<storage, read> lengths: array<u32>;
@group(0) @binding(6) var<storage, read> statistics: array<f32>;
@group(0) @binding(7) var<storage, read_write> dquery: array<vec4f>;

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
  //#lines own
  //#lines statistics
  //#lines results

  for (var first = 0u; first < place.keys; first += 4u) {
    //#if dropout
    //#lines masks
    //#end
    for (var j = 0u; j < min(4u, place.keys - first); j++) {
      let row = place.first_token + first + j;
      //#lines keys
      //#lines products
      let scores = parameters.scale * Value(/*scores*/);
      let probability = exponential(scores - log_sum_exp);
      var gradient = Value(/*gradients*/);
      //#if dropout
      let kept = vec/*owned*/(/*kept*/);
      gradient = select(Value(0.0), parameters.keep_scale * gradient, kept);
      //#end
      let slope = parameters.scale * probability * (gradient - delta);
      //#lines sums
    }
  }
  //#lines stores
}
