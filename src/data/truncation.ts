/**
 * Truncates a pair of segments to the length of an example.
 *
 * @module
 */
import type { RandomStream } from "../tensor/random/mod.ts";

/** A segment as a range of tokens of a shard, and the number of tokens truncated at each end. */
export interface Segment {
  /** Index of the shard. */
  readonly shard: number;
  /** First token. */
  start: number;
  /** End (exclusive). */
  end: number;
  /** Number of tokens truncated at the start. */
  cutFront: number;
  /** Number of tokens truncated at the end. */
  cutBack: number;
}

/**
 * Removes one token at a time from the longer segment (the second if they are equal), at the start or
 * the end with equal probability, until both fit. Source: `truncate_seq_pair` of
 * google-research/albert.
 *
 * @param a The first segment; modified in place.
 * @param b The second segment, or none; modified in place.
 * @param room Maximum number of tokens of both.
 * @param stream Random stream.
 * @returns Whether a token was removed.
 */
export function truncatePair(
  a: Segment,
  b: Segment | undefined,
  room: number,
  stream: RandomStream,
): boolean {
  let lengthA = a.end - a.start;
  let lengthB = b === undefined ? 0 : b.end - b.start;
  const cut = lengthA + lengthB > room;
  while (lengthA + lengthB > room) {
    const longer = b === undefined || lengthA > lengthB ? a : b;
    if (longer === a) lengthA--;
    else lengthB--;
    if (stream.uniform() < 0.5) {
      longer.start++;
      longer.cutFront++;
    } else {
      longer.end--;
      longer.cutBack++;
    }
  }
  return cut;
}
