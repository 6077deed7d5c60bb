
// Products of the queries' and the keys' vectors, over the whole head.
fn /*left*/_by_/*right*/(place: Place, first_query: u32, first_key: u32, keys: u32, local: u32) -> array<vec4f, 2> {
  let x = local % ACROSS;
  let y = local / ACROSS;
  var sums = array<vec4f, 2>();
  for (var column = 0u; column < parameters.size; column += 4u * GROUPS) {
    workgroupBarrier();
    for (var i = local; i < TILE * GROUPS; i += INVOCATIONS) {
      let row = i / GROUPS;
      let group = i % GROUPS;
      let first = column + 4u * group;
      tile[row * PITCH + group] = /*left*/_four(place.start, first_query + row, parameters.sequence, first);
      tile[(TILE + row) * PITCH + group] = /*right*/_four(place.start, first_key + row, keys, first);
    }
    workgroupBarrier();
    for (var group = 0u; group < GROUPS; group++) {
      let a_0 = tile[(4u * y) * PITCH + group];
      let a_1 = tile[(4u * y + 1u) * PITCH + group];
      let a_2 = tile[(4u * y + 2u) * PITCH + group];
      let a_3 = tile[(4u * y + 3u) * PITCH + group];
      let b_0 = tile[(TILE + x) * PITCH + group];
      let b_1 = tile[(TILE + ACROSS + x) * PITCH + group];
      sums[0] += vec4f(dot(a_0, b_0), dot(a_1, b_0), dot(a_2, b_0), dot(a_3, b_0));
      sums[1] += vec4f(dot(a_0, b_1), dot(a_1, b_1), dot(a_2, b_1), dot(a_3, b_1));
    }
  }
  return sums;
}
