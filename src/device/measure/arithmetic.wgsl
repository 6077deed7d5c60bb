// Multiply-adds on registers alone: what an adapter can reach at most. 3 vec4 chains, 16 links a round, `rounds` rounds.
struct Parameters { count: u32, rounds: u32 }

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

fn link(x: vec4f) -> vec4f {
  return fma(x, vec4f(0.999), vec4f(0.001));
}

fn four(x: vec4f) -> vec4f {
  return link(link(link(link(x))));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.x + group.y * groups.x) * 64u + lane;
  var a = vec4f(f32(i));
  var b = a + 1.0;
  var c = a + 2.0;
  for (var round = 0u; round < parameters.rounds; round++) {
    a = four(a); b = four(b); c = four(c);
    a = four(a); b = four(b); c = four(c);
    a = four(a); b = four(b); c = four(c);
    a = four(a); b = four(b); c = four(c);
  }
  let all = a + b + c;
  if (i < parameters.count) { y[i] = all.x + all.y + all.z + all.w; }
}
