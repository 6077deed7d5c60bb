/** Differences between computed and expected values. */

/** The largest error. */
export interface Difference {
  /** `|a − b| / (|b| + scale)`, where scale is the root mean square of the finite expected values; infinite if only one of them is NaN or infinite. */
  readonly error: number;
  readonly index: number;
}

function rootMeanSquare(values: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    sum += values[i] * values[i];
    count++;
  }
  return count === 0 ? 0 : Math.sqrt(sum / count);
}

/** Compares element by element; a NaN equals a NaN, an infinity the same infinity. */
export function worstDifference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): Difference {
  const scale = rootMeanSquare(expected);
  let worst: Difference = { error: 0, index: -1 };
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i], b = expected[i];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const relative = Math.abs(a - b) / (Math.abs(b) + scale);
    const error = Number.isNaN(relative) ? Infinity : relative;
    if (error > worst.error) worst = { error, index: i };
  }
  return worst;
}
