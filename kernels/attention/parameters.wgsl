struct Parameters {
  batch: u32,
  heads: u32,
  sequence: u32,
  size: u32,
  pitch: u32,
  scale: f32,
  seed_low: u32,
  seed_high: u32,
  stream: u32,
  step: u32,
  first_example: u32,
  rows_per_example: u32,
  threshold: u32,
  keep_scale: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;

