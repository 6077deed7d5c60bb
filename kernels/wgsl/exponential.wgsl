// e^x, right to 1.2e-7 for every x up to 88. A driver's own exp loses digits with the size of x (1.1e-6 at −20 on llvmpipe, all to
// one side), because it rounds x·log2(e): here x = k·ln 2 + r is split with ln 2 in two parts, the first short enough for an
// exact product, and e^r is a polynomial for |r| ≤ ln 2 / 2. What is no number stays none, −∞ gives 0,
// +∞ stays.
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
