// Walking a block of flat parameters in fours: a block starts at a multiple of 4, and what lies behind its end up to the next
// multiple of 4 belongs to nobody.

// Which of elements 4i … 4i + 3 of a block lie before its end.
fn inside(i: u32, end: u32) -> vec4<bool> {
  return vec4(4u * i) + vec4(0u, 1u, 2u, 3u) < vec4(end);
}
