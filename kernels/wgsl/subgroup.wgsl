// What the invocations of one row tell each other, where a workgroup is one subgroup: no memory, no barriers.
override LANES: u32;
override WORKGROUP: u32 = LANES;

// The row that a workgroup works on, and an invocation's place in it.
fn row_of(group: u32, local: u32) -> u32 {
  return group;
}

fn lane_of(local: u32) -> u32 {
  return local;
}

fn row_sum(lane: u32, value: f32) -> f32 {
  return subgroupAdd(value);
}

fn row_max(lane: u32, value: f32) -> f32 {
  return subgroupMax(value);
}

fn row_min_index(lane: u32, value: u32) -> u32 {
  return subgroupMin(value);
}
