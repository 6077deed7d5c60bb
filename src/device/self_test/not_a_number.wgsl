// x holds a NaN, an infinity and a one. y[i] = 1 where comparing x[i] with itself says NaN; y[3 + i] = 1 where its bits do;
// y[6 + i] = 1 where its bits say NaN or infinity.
struct Parameters { count: u32 }

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(1)
fn main() {
  for (var i = 0u; i < parameters.count; i++) {
    let magnitude = bitcast<u32>(x[i]) & 0x7fffffffu;
    y[i] = select(0.0, 1.0, x[i] != x[i]);
    y[parameters.count + i] = select(0.0, 1.0, magnitude > 0x7f800000u);
    y[2u * parameters.count + i] = select(0.0, 1.0, magnitude >= 0x7f800000u);
  }
}
