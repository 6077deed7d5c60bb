// Dynamic scaling of what is computed in half precision. state = scale, good steps since the scale last changed, steps skipped, whether it was given up.
// A step that met NaN or infinity (flag) was not made: the scale is halved and the flag is taken down, unless the scale has come down to 1, which no
// halving mends: then the flag stays up. After `interval` good steps the scale doubles, up to `largest`.
struct Parameters {
  interval: u32,
  largest: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> flag: array<u32>;
@group(0) @binding(2) var<storage, read_write> state: array<f32>;

@compute @workgroup_size(1)
fn main() {
  let scale = state[0];
  if (flag[0] != 0u) {
    if (state[3] == 0.0) { state[2] += 1.0; }
    state[1] = 0.0;
    if (scale <= 1.0) {
      state[3] = 1.0;
    } else {
      state[0] = scale / 2.0;
      flag[0] = 0u;
    }
    return;
  }
  let good = state[1] + 1.0;
  if (u32(good) >= parameters.interval && scale < parameters.largest) {
    state[0] = scale * 2.0;
    state[1] = 0.0;
  } else {
    state[1] = good;
  }
}
