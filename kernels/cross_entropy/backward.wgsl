// In place: logits = scale·(exp(logits − lse) − onehot(label)); 0 in ignored rows and beyond the last column.
// Each invocation has its own element or four.
struct Parameters {
  rows: u32,
  columns: u32,
  pitch: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> logits: array<Value>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> log_sum_exp: array<f32>;

override WORKGROUP: u32;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  let pitch = parameters.pitch / WIDTH;
  let row = i / pitch;
  if (row >= parameters.rows) {
    return;
  }
//#if vector
  let columns = vec4((i % pitch) * 4u) + vec4(0u, 1u, 2u, 3u);
//#else
  let columns = i % pitch;
//#end
  let label = labels[row];
  let hot = select(Value(0.0), Value(1.0), columns == Bits(label));
  let gradient = parameters.scale * (exponential(logits[i] - log_sum_exp[row]) - hot);
  let end = select(parameters.columns, 0u, label == 0xffffffffu);
  logits[i] = select(Value(0.0), gradient, columns < Bits(end));
}
