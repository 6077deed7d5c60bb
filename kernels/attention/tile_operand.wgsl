
// Four numbers of a token of this head, from `column` on; zero for tokens from `end` on and beyond the head.
fn /*name*/_four(start: u32, token: u32, end: u32, column: u32) -> vec4f {
  if (token >= end || column >= parameters.size) {
    return vec4f();
  }
  let index = start + token * parameters.pitch + column;
//#if vector
  return /*name*/[index / 4u];
//#else
  let last = parameters.size - 1u - column;
  let four = vec4f(
    /*name*/[index],
    /*name*/[index + min(1u, last)],
    /*name*/[index + min(2u, last)],
    /*name*/[index + min(3u, last)]
  );
  return select(vec4f(), four, vec4u(0u, 1u, 2u, 3u) <= vec4u(last));
//#end
}

// Brings a chunk of the tokens first … first + TILE − 1 into `tile`.
fn bring_/*name*/(place: Place, first: u32, end: u32, local: u32) {
  workgroupBarrier();
  for (var i = local; i < TILE * ACROSS; i += INVOCATIONS) {
    tile[i] = /*name*/_four(place.start, first + i / ACROSS, end, place.column + 4u * (i % ACROSS));
  }
  workgroupBarrier();
}
