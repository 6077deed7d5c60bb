// The dropout mask drawn from philox.wgsl. Goes before a kernel whose `parameters` hold the RANDOM uniforms, after wgsl/vector.wgsl or
// wgsl/scalar.wgsl.

// `value`, of row `row` from column `column` on in a matrix of `columns` columns, as dropout leaves it.
fn dropout(value: Value, row: u32, column: u32, columns: u32) -> Value {
  let example = parameters.first_example + row / parameters.rows_per_example;
  let element = (row % parameters.rows_per_example) * columns + column;
  let words = philox(
    vec4(element / 4u, example, parameters.step, parameters.stream),
    vec2(parameters.seed_low, parameters.seed_high)
  );
//#if vector
  let drawn = words;
//#else
  let drawn = words[element % 4u];
//#end
  return select(Value(0.0), value * parameters.keep_scale, drawn >= Bits(parameters.threshold));
}
