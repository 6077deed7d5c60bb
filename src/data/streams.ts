/**
 * Numbers of the random streams of this folder. Each consists of four letters, so that it differs from
 * the small numbers of other folders.
 *
 * @module
 */

/** Stream numbers for `RandomStream`. */
export const STREAM = {
  /** Target lengths, segment boundaries and swaps; counters: version, document. */
  packing: 0x7061636b, // pack
  /** The order of an epoch's chunks; counter: epoch. */
  order: 0x6f726472, // ordr
  /** The random second segment of next-sentence pairs; counters: version, chunk. */
  randomSegment: 0x72736567, // rseg
  /** The end at which a token is truncated; counters: version, chunk. */
  truncation: 0x7472756e, // trun
  /** Masked n-grams and their replacements; counters: version, chunk. */
  masking: 0x6d61736b, // mask
  /** Order of the sources in a mixture; counter: block. */
  mixture: 0x6d697874, // mixt
} as const;
