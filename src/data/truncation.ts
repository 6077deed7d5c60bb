/**
 * Shortens a pair of segments to what an example has room for.
 *
 * @module
 */
import type { RandomStream } from "../tensor/random/mod.ts";

/** A segment's tokens within a shard, and how many were cut away at either end. */
export interface Segment {
  /** The shard's number. */
  readonly shard: number;
  /** The first token left. */
  start: number;
  /** One past the last token left. */
  end: number;
  /** Tokens cut from the front. */
  cutFront: number;
  /** Tokens cut from the back. */
  cutBack: number;
}

/**
 * Cuts one token at a time from the longer segment (the second when they are equal), at the front
 * or the back with equal chance, until both fit. Source: `truncate_seq_pair` of
 * google-research/albert.
 *
 * @param a The first segment; changed in place.
 * @param b The second segment, or none; changed in place.
 * @param room Most tokens of both together.
 * @param stream Draws the ends.
 * @returns Whether anything was cut.
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
