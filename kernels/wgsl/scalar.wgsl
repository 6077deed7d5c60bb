// One element at a time: for any shape.
alias Value = f32;
alias Bits = u32;
alias Integers = i32;
const WIDTH = 1u;

fn lane_sum(v: Value) -> f32 {
  return v;
}

fn lane_max(v: Value) -> f32 {
  return v;
}
