// Arithmetic of half precision whose results are exact: y = x + 1, x · 3, x / 4 and the square root of x · x.
enable f16;

struct Parameters { count: u32 }

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(1)
fn main() {
  for (var i = 0u; i < parameters.count; i++) {
    let value = f16(x[i]);
    y[4u * i] = f32(value + 1.0h);
    y[4u * i + 1u] = f32(value * 3.0h);
    y[4u * i + 2u] = f32(value / 4.0h);
    y[4u * i + 3u] = f32(sqrt(value * value));
  }
}
