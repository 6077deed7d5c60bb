/**
 * Exponents of growth.
 *
 * @module
 */

/** The slope of log y over log x by least squares: 2 for a square, 1 for a line. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)]);
  const mean = (i: number) => logs.reduce((sum, pair) => sum + pair[i], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  let products = 0, squares = 0;
  for (const [x, y] of logs) {
    products += (x - meanX) * (y - meanY);
    squares += (x - meanX) ** 2;
  }
  return products / squares;
}
