
// Probabilities from the row's log of the sum of exponents, dropped out where the forward pass dropped, and the gradients of the
// scores, scale·P·(dP − δ) with dP masked likewise: four queries with two keys an invocation, zero outside the matrix.
struct Slopes {
  weights: array<vec4f, 2>,
  slopes: array<vec4f, 2>,
}

fn slopes_of(place: Place, first_query: u32, first_key: u32, keys: u32, local: u32) -> Slopes {
  let scores = query_by_key(place, first_query, first_key, keys, local);
  let gradients = dout_by_value(place, first_query, first_key, keys, local);
  let x = local % ACROSS;
  let y = local / ACROSS;
  var result = Slopes();
  for (var r = 0u; r < 4u; r++) {
    let i = first_query + 4u * y + r;
    if (i >= parameters.sequence) {
      continue;
    }
    let log_sum_exp = statistics[2u * (place.row + i)];
    let delta = statistics[2u * (place.row + i) + 1u];
    for (var half = 0u; half < 2u; half++) {
      let j = first_key + x + half * ACROSS;
      if (j >= keys) {
        continue;
      }
      let score = select(scores[0][r], scores[1][r], half == 1u);
      let gradient = select(gradients[0][r], gradients[1][r], half == 1u);
      let probability = exponential(parameters.scale * score - log_sum_exp);
//#if dropout
      // Infinity times a zero factor would be no number.
      let kept = dropout(1.0, place.row + i, j, parameters.sequence) != 0.0;
      let kept_gradient = select(0.0, gradient * parameters.keep_scale, kept);
      result.weights[half][r] = select(0.0, probability * parameters.keep_scale, kept);
      result.slopes[half][r] = parameters.scale * probability * (kept_gradient - delta);
//#else
      result.weights[half][r] = probability;
      result.slopes[half][r] = parameters.scale * probability * (gradient - delta);
//#end
    }
  }
  return result;
}
