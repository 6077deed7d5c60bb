// What the invocations of one row tell each other through workgroup memory: a tree, so always in the same order. LANES is a power
// of two, 256 at most: arrays sized by an override do not compile everywhere (naga loses the order of their types).
override LANES: u32;
override WORKGROUP: u32 = LANES;

var<workgroup> exchanged: array<f32, 256>;
var<workgroup> exchanged_indices: array<u32, 256>;

// The row that a workgroup works on, and an invocation's place in it.
fn row_of(group: u32, local: u32) -> u32 {
  return group;
}

fn lane_of(local: u32) -> u32 {
  return local;
}

fn row_sum(lane: u32, value: f32) -> f32 {
  exchanged[lane] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      exchanged[lane] += exchanged[lane + half];
    }
  }
  workgroupBarrier();
  let result = exchanged[0];
  workgroupBarrier();
  return result;
}

fn row_max(lane: u32, value: f32) -> f32 {
  exchanged[lane] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      exchanged[lane] = max(exchanged[lane], exchanged[lane + half]);
    }
  }
  workgroupBarrier();
  let result = exchanged[0];
  workgroupBarrier();
  return result;
}

fn row_min_index(lane: u32, value: u32) -> u32 {
  exchanged_indices[lane] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      exchanged_indices[lane] = min(exchanged_indices[lane], exchanged_indices[lane + half]);
    }
  }
  workgroupBarrier();
  let result = exchanged_indices[0];
  workgroupBarrier();
  return result;
}
