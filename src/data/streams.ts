/**
 * The names of the random streams of this folder: four letters each, so that they never meet the
 * small numbers of other folders.
 *
 * @module
 */

/** Stream numbers for `RandomStream`. */
export const STREAM = {
  /** Target lengths, segment borders and swaps; places: version, document. */
  packing: 0x7061636b, // pack
  /** The order of an epoch's chunks; place: epoch. */
  order: 0x6f726472, // ordr
  /** The random second segment of next-sentence pairs; places: version, chunk. */
  randomSegment: 0x72736567, // rseg
  /** From which end tokens are cut; places: version, chunk. */
  truncation: 0x7472756e, // trun
  /** Masked spans and what replaces them; places: version, chunk. */
  masking: 0x6d61736b, // mask
  /** Which source comes when in a mixture; place: block. */
  mixture: 0x6d697874, // mixt
} as const;
