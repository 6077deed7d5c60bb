/**
 * WGSL of the activation functions.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const activations = wgsl`
// The activation functions and their derivatives; activation.ts has the same in TypeScript. Follows the text vector or scalar, and
// exponential. Uses no built-in tanh, which is inaccurate near 0 on some drivers, and nothing cancels: the relative error of values is
// at most 6e-7 for |x| < 1, and the error at most 6e-7·|x| everywhere.

//#if activation == gelu
// x·Φ(x). With t = |x|: Φ(−t) = exp(−t²/2)·u·P(u), u = 1/(1 + 0.305 t), P fitted to 1e-7 relative over 0 ≤ t ≤ 14.
fn normal_tail(t: Value, decay: Value) -> Value {
  let u = 1.0 / (1.0 + 0.305 * t);
  // SwiftShader computes a number times a quotient as one quotient, which rounds once; a constant of the same type is safe.
  var p = Value(0.0366991945) * u - 0.152988328;
  p = p * u + 0.185716927;
  p = p * u - 0.0379768424;
  p = p * u + 0.121021688;
  p = p * u + 0.103420861;
  p = p * u + 0.122466817;
  p = p * u + 0.121639736;
  return decay * (u * p);
}

fn normal_distribution(x: Value, decay: Value) -> Value {
  let tail = normal_tail(abs(x), decay);
  return select(tail, 1.0 - tail, x > Value(0.0));
}

fn activate(x: Value) -> Value {
  return x * normal_distribution(x, exponential(-0.5 * x * x));
}

fn activation_slope(x: Value) -> Value {
  let decay = exponential(-0.5 * x * x);
  return normal_distribution(x, decay) + x * (0.398942280 * decay);
}
//#end
//#if activation == gelu_new
// x·(1 + tanh(z))/2 = x·sigmoid(2z), z = √(2/π)·(x + 0.044715 x³).
const TWICE_SQRT_2_OVER_PI = 1.59576912;

fn activate(x: Value) -> Value {
  let z = TWICE_SQRT_2_OVER_PI * (x + 0.044715 * x * x * x);
  let decay = exponential(-abs(z));
  return x * (select(Value(1.0), decay, x < Value(0.0)) / (1.0 + decay));
}

fn activation_slope(x: Value) -> Value {
  // Beyond 12 the second term rounds to 0, and squares must not overflow.
  let near = clamp(x, Value(-12.0), Value(12.0));
  let z = TWICE_SQRT_2_OVER_PI * (near + 0.044715 * near * near * near);
  let z_slope = TWICE_SQRT_2_OVER_PI * (1.0 + 0.134145 * near * near);
  let decay = exponential(-abs(z));
  let scale = 1.0 / (1.0 + decay);
  return (select(Value(1.0), decay, x < Value(0.0)) + x * (decay * scale) * z_slope) * scale;
}
//#end
//#if activation == relu
fn activate(x: Value) -> Value {
  return select(x, Value(0.0), x < Value(0.0));
}

fn activation_slope(x: Value) -> Value {
  let nan = (bitcast<Bits>(x) & Bits(0x7fffffffu)) > Bits(0x7f800000u);
  return select(select(Value(0.0), x, nan), Value(1.0), x > Value(0.0));
}
//#end
//#if activation == tanh
fn activate(x: Value) -> Value {
  let square = x * x;
  var p = -0.00628247345 * square + 0.0210777577;
  p = p * square - 0.0538538583;
  p = p * square + 0.133326024;
  p = p * square - 0.333333194;
  let near = x + x * square * p;
  let decay = exponential(-2.0 * abs(x));
  let far = (1.0 - decay) / (1.0 + decay);
  return select(select(far, -far, x < Value(0.0)), near, abs(x) < Value(0.55));
}

fn activation_slope(x: Value) -> Value {
  let decay = exponential(-2.0 * abs(x));
  let scale = 1.0 / (1.0 + decay);
  return 4.0 * decay * scale * scale;
}
//#end
`;
