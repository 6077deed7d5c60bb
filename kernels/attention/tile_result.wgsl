
// Stores what an invocation has of a result: the rows from first + 4·y on that are below `end`.
fn store_/*name*/(place: Place, sums: array<vec4f, 4>, x: u32, y: u32) {
  var found = sums;
  let column = place.column + 4u * x;
  for (var r = 0u; r < 4u; r++) {
    let token = place.first + 4u * y + r;
    if (token >= parameters.sequence || column >= parameters.size) {
      continue;
    }
    let index = place.start + token * parameters.pitch + column;
//#if vector
    /*name*/[index / 4u] = found[r];
//#else
    for (var c = 0u; c < min(4u, parameters.size - column); c++) {
      /*name*/[index + c] = found[r][c];
    }
//#end
  }
}
