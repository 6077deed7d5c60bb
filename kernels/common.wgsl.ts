/**
 * WGSL that variants of several families share.
 *
 * @module
 */
import { wgsl } from "./wgsl.ts";

export const scalar = wgsl`
// One element at a time, for any shape.
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
`;

export const vector = wgsl`
// Four neighboring elements at a time, for arrays whose rows are a multiple of 4 long.
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
`;

export const exponential = wgsl`
// e^x with a relative error of at most 1.2e-7, for every x up to 88. A driver's own exp loses digits with the size of x (1.1e-6 at −20 on
// llvmpipe, all to one side), because it rounds x·log2(e). Here x = k·ln 2 + r is split with ln 2 in two parts, the first short enough
// for an exact product, and e^r is a polynomial for |r| ≤ ln 2 / 2. NaN stays NaN, −∞ becomes 0, +∞ stays +∞.
fn exponential(x: Value) -> Value {
  let k = round(x * 1.44269504);
  let r = (x - k * 0.693145752) - k * 1.42860677e-6;
  var p = 0.00138144672 * r + 0.00836878084;
  p = p * r + 0.0416683927;
  p = p * r + 0.166665196;
  p = p * r + 0.49999994;
  let power = bitcast<Value>((Integers(k) + 127) << Bits(23u));
  let near = (1.0 + (r + r * r * p)) * power;
  return select(select(near, x * 3e38, x > Value(88.0)), Value(0.0), x < Value(-87.0));
}

// ln x. NaN stays NaN: SwiftShader's log returns 89 for it.
fn logarithm(x: f32) -> f32 {
  return select(log(x), x, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u);
}
`;

export const subgroup = wgsl`
// Exchange between the invocations of one row if a workgroup is one subgroup: no memory, no barriers.
override LANES: u32;
override WORKGROUP: u32 = LANES;

// The row of a workgroup, and an invocation's lane in it.
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
`;

export const subgroups = wgsl`
// Exchange between the invocations of one row if a workgroup has several subgroups, of whatever size: each adds up its own, then every
// invocation the results of all, in order. Invocations are in subgroups by their index in the workgroup.
override LANES: u32;
override WORKGROUP: u32 = LANES;

// One element for each subgroup. At most 128 lanes, and subgroups of at least 4.
var<workgroup> exchanged: array<f32, 32>;
var<workgroup> exchanged_indices: array<u32, 32>;
var<private> lanes_of_subgroup: u32;

// The row of a workgroup, and an invocation's lane in it.
fn row_of(group: u32, local: u32) -> u32 {
  return group;
}

fn lane_of_subgroups(local: u32, subgroup_size: u32) -> u32 {
  lanes_of_subgroup = min(subgroup_size, LANES);
  return local;
}

fn row_sum(lane: u32, value: f32) -> f32 {
  let part = subgroupAdd(value);
  if (lane % lanes_of_subgroup == 0u) {
    exchanged[lane / lanes_of_subgroup] = part;
  }
  workgroupBarrier();
  var result = exchanged[0];
  for (var i = 1u; i < LANES / lanes_of_subgroup; i++) {
    result += exchanged[i];
  }
  workgroupBarrier();
  return result;
}

fn row_max(lane: u32, value: f32) -> f32 {
  let part = subgroupMax(value);
  if (lane % lanes_of_subgroup == 0u) {
    exchanged[lane / lanes_of_subgroup] = part;
  }
  workgroupBarrier();
  var result = exchanged[0];
  for (var i = 1u; i < LANES / lanes_of_subgroup; i++) {
    result = max(result, exchanged[i]);
  }
  workgroupBarrier();
  return result;
}

fn row_min_index(lane: u32, value: u32) -> u32 {
  let part = subgroupMin(value);
  if (lane % lanes_of_subgroup == 0u) {
    exchanged_indices[lane / lanes_of_subgroup] = part;
  }
  workgroupBarrier();
  var result = exchanged_indices[0];
  for (var i = 1u; i < LANES / lanes_of_subgroup; i++) {
    result = min(result, exchanged_indices[i]);
  }
  workgroupBarrier();
  return result;
}
`;

export const invocation = wgsl`
// Every invocation has its own row and exchanges nothing.
override LANES: u32;
const WORKGROUP = 64u;

fn row_of(group: u32, local: u32) -> u32 {
  return group * WORKGROUP + local;
}

fn lane_of(local: u32) -> u32 {
  return 0u;
}

fn row_sum(lane: u32, value: f32) -> f32 {
  return value;
}

fn row_max(lane: u32, value: f32) -> f32 {
  return value;
}

fn row_min_index(lane: u32, value: u32) -> u32 {
  return value;
}
`;

export const workgroup = wgsl`
// Exchange between the invocations of one row through workgroup memory: a tree, so always in the same order. LANES is a power of two,
// at most 256: workgroup arrays sized by an override do not compile everywhere (naga loses the order of their types).
override LANES: u32;
override WORKGROUP: u32 = LANES;

var<workgroup> exchanged: array<f32, 256>;
var<workgroup> exchanged_indices: array<u32, 256>;

// The row of a workgroup, and an invocation's lane in it.
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
`;
