// Four neighboring elements at a time: for arrays whose rows are a multiple of 4 long.
alias Value = vec4<f32>;
alias Bits = vec4<u32>;
alias Integers = vec4<i32>;
const WIDTH = 4u;

fn lane_sum(v: Value) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}

fn lane_max(v: Value) -> f32 {
  return max(max(v.x, v.y), max(v.z, v.w));
}
