/**
 * Finds the words of an example that a mask may cover.
 *
 * @module
 */

/** Words of an example in order. Word i covers positions `starts[i]` to `ends[i]` - 1. */
export interface Words {
  /** The first position of each word. */
  readonly starts: Uint16Array;
  /** One past the last position of each word. */
  readonly ends: Uint16Array;
  /** For each word, how many words of its segment begin at it or after it. */
  readonly following: Uint16Array;
  /** How many words there are; the arrays may be longer. */
  readonly count: number;
}

/** A segment's positions in an example, and whether truncation cut into it. */
export interface SegmentPlace {
  /** The first position. */
  readonly start: number;
  /** One past the last position. */
  readonly end: number;
  /** Whether truncation cut the segment's front, perhaps within a word. */
  readonly cutsFirstWord: boolean;
  /** Whether truncation cut the segment's back within a word. */
  readonly cutsLastWord: boolean;
}

/**
 * Lists the words of each segment. A word that truncation has cut is left out: a mask that covered
 * the rest of it would hide part of a word. Words never reach across segments.
 *
 * @param ids The example's ids.
 * @param segments Where its segments lie.
 * @param wordStarts For each id whether a word starts there; `undefined` takes each piece for a word.
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
