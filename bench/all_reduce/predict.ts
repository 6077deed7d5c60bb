/**
 * Holds the model behind `albert paper plan --ranks` against measured all-reduces: each is predicted from the others.
 *
 * @module
 */
import { type Network, ringAllReduceSeconds } from "../../tasks/paper/measure/mod.ts";

/** One measured sum. */
export interface MeasuredSum {
  readonly bytes: number;
  readonly milliseconds: number;
}

/**
 * Milliseconds that the ring's model gives each sum, with the bandwidth and latency that the other sums have; none where fewer than two others are left.
 */
export function predictedByOthers(sums: readonly MeasuredSum[], ranks: number): (number | null)[] {
  return sums.map(({ bytes }, i) => {
    const others = sums.filter((_, j) => j !== i);
    if (ranks < 2 || others.length < 2) return null;
    return 1000 * ringAllReduceSeconds(bytes, fitNetwork(others, ranks));
  });
}

/** The network whose times differ least, as shares of what was measured. Of N ranks, a sum takes 2(N − 1) messages of an N-th of the bytes. */
export function fitNetwork(sums: readonly MeasuredSum[], ranks: number): Network {
  const messages = 2 * (ranks - 1);
  // seconds / seconds = latency · a + (1 / bandwidth) · b, the least squares of both unknowns
  let [aa, ab, bb, ay, by] = [0, 0, 0, 0, 0];
  for (const { bytes, milliseconds } of sums) {
    const seconds = milliseconds / 1000;
    const [a, b] = [messages / seconds, messages * bytes / ranks / seconds];
    aa += a * a;
    ab += a * b;
    bb += b * b;
    ay += a;
    by += b;
  }
  const determinant = aa * bb - ab * ab;
  const latency = (ay * bb - by * ab) / determinant;
  const perByte = (by * aa - ay * ab) / determinant;
  // A line that falls, or starts below zero, is noise: then the bytes alone decide.
  if (latency > 0 && perByte > 0) return { ranks, latency, bytesPerSecond: 1 / perByte };
  return { ranks, bytesPerSecond: bb / by };
}
