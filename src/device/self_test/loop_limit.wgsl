// y[0] = how often a loop of `count` rounds went round in one invocation. Some drivers stop at 65,535 without a word.
struct Parameters { count: u32 }

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(1)
fn main() {
  var rounds = 0u;
  for (var i = 0u; i < parameters.count; i++) {
    rounds += 1u + (i >> 31u);
    y[1] = f32(rounds);
  }
  y[0] = f32(rounds);
}
