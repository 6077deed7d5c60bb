/**
 * Principal component analysis in two dimensions.
 *
 * @module
 */

/** Vectors projected on a plane. */
export interface PrincipalPlane {
  /** Coordinates x and y of each vector, relative to the mean. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Fraction of the variance along each of both axes. */
  readonly explained: readonly [number, number];
}

/** Iterations at most; the plane of two nearly equal variances is ambiguous anyway. */
const ITERATIONS = 300;
const TOLERANCE = 1e-10;

/** Projects vectors on the two directions of their largest variance, found by orthogonal iteration. */
export function principalPlane(rows: readonly Float32Array[]): PrincipalPlane {
  const size = rows[0].length;
  const mean = Float64Array.from(
    { length: size },
    (_, k) => rows.reduce((sum, row) => sum + row[k], 0) / rows.length,
  );
  const centered = rows.map((row) => Float64Array.from(row, (value, k) => value - mean[k]));
  const total = centered.reduce((sum, row) => sum + dot(row, row), 0);
  // Any start that is not orthogonal to the components.
  let axes: Float64Array[] = [0, 1].map((axis) =>
    Float64Array.from({ length: size }, (_, k) => Math.sin(1 + k * (axis + 1)))
  );
  let before = 0;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const images = axes.map((axis) => multiplyByCovariance(centered, axis));
    axes = orthonormal(images);
    const variance = varianceOf(centered, axes[0]) + varianceOf(centered, axes[1]);
    if (variance - before <= TOLERANCE * total && iteration > 10) break;
    before = variance;
  }
  return {
    points: centered.map((row) => [dot(row, axes[0]), dot(row, axes[1])]),
    explained: [varianceOf(centered, axes[0]) / total, varianceOf(centered, axes[1]) / total],
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function multiplyByCovariance(rows: readonly Float64Array[], vector: Float64Array): Float64Array {
  const image = new Float64Array(vector.length);
  for (const row of rows) {
    const factor = dot(row, vector);
    for (let k = 0; k < row.length; k++) image[k] += factor * row[k];
  }
  return image;
}

function varianceOf(rows: readonly Float64Array[], axis: Float64Array): number {
  return rows.reduce((sum, row) => sum + dot(row, axis) ** 2, 0);
}

/** Gram–Schmidt for two vectors, each with its largest component positive, so that similar data have similar signs. */
function orthonormal([first, second]: readonly Float64Array[]): Float64Array[] {
  const a = unit(first);
  const overlap = dot(a, second);
  return [a, unit(second.map((value, k) => value - overlap * a[k]))];
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  const largest = vector.reduce((best, value) => Math.abs(value) > Math.abs(best) ? value : best);
  const scale = Math.sign(largest || 1) / length;
  return vector.map((value) => value * scale);
}
