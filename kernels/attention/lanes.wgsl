// What the attention kernels for adapters that run on the CPU share.
//
// A workgroup is one subgroup. Each lane owns OWNED neighboring tokens, queries or keys, and keeps their vectors and sums to itself;
// the other tokens of the sequence pass by one at a time. Their vectors are read as textures, a few texels a lane, and told
// to all lanes by broadcasts from fixed lanes, which is the cheapest way to read there (see matmul/texture.wgsl); nothing
// needs workgroup memory or barriers. The size of a head is part of the text, since every number of a vector is a register: with
// a loop over them instead, each would be read from memory again for every token.
//
// Layout of a texture: row r of [batch·sequence, pitch] lies in texture row r % SIDE, column block r / SIDE.

const LANES = /*lanes*/u;
const OWNED = /*owned*/u;
const TOKENS = OWNED * LANES;
// Groups of four numbers of a head.
const GROUPS = /*groups*/u;
const SIDE = /*side*/u;
const PAD = /*pad*/u;

// Where a workgroup works: the same for all its lanes, which broadcasts in loops over `keys` need.
struct Place {
  // Among those of all examples.
  head: u32,
  // Row of token 0 of the example.
  first_token: u32,
  // First group of the head in a row.
  texel: u32,
  // Keys of the example.
  keys: u32,
  // First token of the workgroup.
  first: u32,
}

fn place_of(index: u32) -> Place {
  let tiles_of_a_head = (parameters.sequence + TOKENS - 1u) / TOKENS;
  let head = index / tiles_of_a_head;
  let example = head / parameters.heads;
  return Place(
    head,
    example * parameters.sequence,
    head % parameters.heads * GROUPS,
    min(lengths[example], parameters.sequence),
    index % tiles_of_a_head * TOKENS
  );
}

// Texture coordinates of a group of a row.
fn texel_of(row: u32, texel: u32) -> vec2u {
  return vec2u(row / SIDE * (parameters.pitch / 4u + PAD) + texel, row % SIDE);
}
//#if dropout

// Which of the keys column … column + 3 of a row are kept.
fn kept_four(row: u32, column: u32) -> vec4<bool> {
  let example = parameters.first_example + row / parameters.rows_per_example;
  let element = (row % parameters.rows_per_example) * parameters.sequence + column;
  let seed = vec2(parameters.seed_low, parameters.seed_high);
  let low = philox(vec4(element / 4u, example, parameters.step, parameters.stream), seed);
//#if ragged
  // Four neighbors from two blocks of random words.
  let high = philox(vec4(element / 4u + 1u, example, parameters.step, parameters.stream), seed);
  let even = select(low, vec4(low.zw, high.xy), element % 4u >= 2u);
  let odd = select(vec4(low.yzw, high.x), vec4(low.w, high.xyz), element % 4u >= 2u);
  return select(even, odd, element % 2u == 1u) >= vec4(parameters.threshold);
//#else
  return low >= vec4(parameters.threshold);
//#end
}

// Which of a lane's own keys, from `column` on, a row keeps.
fn kept_own(row: u32, column: u32) -> vec/*owned*/<bool> {
//#if owned == 4
  return kept_four(row, column);
//#else
//#if ragged
  return kept_four(row, column).xy;
//#else
  let four = kept_four(row, column - column % 4u);
  return select(four.xy, four.zw, vec2(column % 4u != 0u));
//#end
//#end
}
//#end
