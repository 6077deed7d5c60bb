/**
 * Finds the words of an example that can be masked.
 *
 * @module
 */

/** Words of an example, in order. Word i covers positions `starts[i]` to `ends[i]` - 1. */
export interface Words {
  /** First position of each word. */
  readonly starts: Uint16Array;
  /** End of each word (exclusive). */
  readonly ends: Uint16Array;
  /** For each word, the number of words of its segment from it to the end. */
  readonly following: Uint16Array;
  /** Number of words; the arrays may be longer. */
  readonly count: number;
}

/** The positions of a segment in an example, and whether it is truncated. */
export interface SegmentPlace {
  /** First position. */
  readonly start: number;
  /** End (exclusive). */
  readonly end: number;
  /** Whether the segment is truncated at its start, possibly within a word. */
  readonly cutsFirstWord: boolean;
  /** Whether the segment is truncated at its end within a word. */
  readonly cutsLastWord: boolean;
}

/**
 * Lists the words of each segment. Truncated words are left out, because only a part of them could be
 * masked. Words do not cross segments.
 *
 * @param ids Ids of the example.
 * @param segments Positions of its segments.
 * @param wordStarts For each id whether it starts a word; if `undefined`, each piece is a word.
 * @returns The words, in order of position.
 */
export function findWords(
  ids: Uint32Array,
  segments: readonly SegmentPlace[],
  wordStarts: Uint8Array | undefined,
): Words {
  const starts = new Uint16Array(ids.length);
  const ends = new Uint16Array(ids.length);
  const following = new Uint16Array(ids.length);
  let count = 0;
  for (const { start, end, cutsFirstWord, cutsLastWord } of segments) {
    const firstWord = count;
    let position = start;
    if (wordStarts !== undefined && cutsFirstWord) {
      while (position < end && wordStarts[ids[position]] === 0) position++;
    }
    while (position < end) {
      starts[count] = position++;
      while (position < end && wordStarts !== undefined && wordStarts[ids[position]] === 0) {
        position++;
      }
      ends[count++] = position;
    }
    if (wordStarts !== undefined && cutsLastWord && count > firstWord) count--;
    for (let word = firstWord; word < count; word++) following[word] = count - word;
  }
  return { starts, ends, following, count };
}
