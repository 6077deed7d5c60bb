/**
 * WGSL of the Philox generator and the dropout mask drawn from it.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const philox = wgsl`
// Philox4x32-10 (Salmon et al., SC 2011); philox.ts has the same in TypeScript.

const PHILOX_MULTIPLIERS = vec2<u32>(0xD2511F53u, 0xCD9E8D57u);
const PHILOX_WEYL = vec2<u32>(0x9E3779B9u, 0xBB67AE85u);

// The upper words of two 64-bit products, from products of 16-bit parts since WGSL has no 64-bit integers.
fn multiply_high(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let a_low = a & vec2(0xffffu);
  let a_high = a >> vec2(16u);
  let b_low = b & vec2(0xffffu);
  let b_high = b >> vec2(16u);
  let middle = a_high * b_low + ((a_low * b_low) >> vec2(16u));
  let carried = a_low * b_high + (middle & vec2(0xffffu));
  return a_high * b_high + (middle >> vec2(16u)) + (carried >> vec2(16u));
}

fn philox(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    let high = multiply_high(PHILOX_MULTIPLIERS, c.xz);
    let low = PHILOX_MULTIPLIERS * c.xz;
    c = vec4(high.y ^ c.y ^ k.x, low.y, high.x ^ c.w ^ k.y, low.x);
    k += PHILOX_WEYL;
  }
  return c;
}
`;

export const mask = wgsl`
// The dropout mask drawn from Philox, for kernels with the dropout uniforms. Follows the text vector or scalar.

// Applies dropout to value, which begins at (row, column) of a matrix with that many columns.
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
`;
