/**
 * Sorts all suffixes of `text` by induced sorting (SA-IS: Nong, Zhang and Chan, "Two Efficient
 * Algorithms for Linear Time Suffix Array Construction", 2009), in time linear in its length.
 *
 * A suffix that is a prefix of another one comes first, as if the text ended with a symbol smaller than
 * all others.
 *
 * @param text Symbols between 0 and `alphabetSize` − 1.
 * @param alphabetSize One more than the largest symbol.
 * @returns The start positions of the suffixes in ascending order; as long as `text`.
 */
export function suffixArray(text: Int32Array, alphabetSize: number): Int32Array {
  const length = text.length;
  const sorted = new Int32Array(length);
  if (length < 2) return sorted;

  // S-type: the suffix is smaller than the one that starts one symbol later.
  const isSmaller = new Uint8Array(length);
  for (let i = length - 2; i >= 0; i--) {
    const here = text[i];
    const next = text[i + 1];
    isSmaller[i] = here < next || (here === next && isSmaller[i + 1] === 1) ? 1 : 0;
  }
  const buckets = bucketBorders(text, isSmaller, alphabetSize);

  // LMS positions: S-type directly after L-type. Only their suffixes are compared; the order of the
  // others is induced.
  const borderIndex = new Int32Array(length).fill(-1);
  let borderCount = 0;
  for (let i = 1; i < length; i++) {
    if (isSmaller[i] === 1 && isSmaller[i - 1] === 0) borderIndex[i] = borderCount++;
  }
  const borders = new Int32Array(borderCount);
  for (let i = 1; i < length; i++) if (borderIndex[i] >= 0) borders[borderIndex[i]] = i;

  induce(text, isSmaller, buckets, borders, sorted);
  if (borderCount === 0) return sorted;

  const sortedBorders = new Int32Array(borderCount);
  let filled = 0;
  for (const position of sorted) {
    if (borderIndex[position] >= 0) sortedBorders[filled++] = position;
  }
  const { names, count } = nameBorders(text, borders, borderIndex, sortedBorders);
  if (count < borderCount) {
    const order = suffixArray(names, count);
    for (let i = 0; i < borderCount; i++) sortedBorders[i] = borders[order[i]];
  }
  induce(text, isSmaller, buckets, sortedBorders, sorted);
  return sorted;
}

/** Start of the L-type and the S-type suffixes of each first symbol. */
interface Buckets {
  readonly larger: Int32Array;
  readonly smaller: Int32Array;
}

function bucketBorders(text: Int32Array, isSmaller: Uint8Array, alphabetSize: number): Buckets {
  const larger = new Int32Array(alphabetSize);
  const smaller = new Int32Array(alphabetSize);
  for (let i = 0; i < text.length; i++) {
    if (isSmaller[i] === 1) smaller[text[i]]++;
    else larger[text[i]]++;
  }
  let start = 0;
  for (let symbol = 0; symbol < alphabetSize; symbol++) {
    const largerCount = larger[symbol];
    const smallerCount = smaller[symbol];
    larger[symbol] = start;
    smaller[symbol] = start + largerCount;
    start += largerCount + smallerCount;
  }
  return { larger, smaller };
}

/** Sorts all suffixes, given the LMS positions in (an approximation of) their order. */
function induce(
  text: Int32Array,
  isSmaller: Uint8Array,
  buckets: Buckets,
  borders: Int32Array,
  sorted: Int32Array,
): void {
  const length = text.length;
  sorted.fill(-1);
  const next = buckets.smaller.slice();
  for (const position of borders) sorted[next[text[position]]++] = position;

  next.set(buckets.larger);
  sorted[next[text[length - 1]]++] = length - 1;
  for (let i = 0; i < length; i++) {
    const before = sorted[i] - 1;
    if (before >= 0 && isSmaller[before] === 0) sorted[next[text[before]]++] = before;
  }

  // From the right end of each bucket: the start of the following bucket's L-type part.
  next.set(buckets.larger.subarray(1));
  next[next.length - 1] = length;
  for (let i = length - 1; i >= 0; i--) {
    const before = sorted[i] - 1;
    if (before >= 0 && isSmaller[before] === 1) sorted[--next[text[before]]] = before;
  }
}

/** Ranks the substrings between LMS positions; equal substrings have equal ranks. */
function nameBorders(
  text: Int32Array,
  borders: Int32Array,
  borderIndex: Int32Array,
  sortedBorders: Int32Array,
): { names: Int32Array; count: number } {
  const length = text.length;
  const names = new Int32Array(borders.length);
  const endOf = (position: number): number => {
    const following = borderIndex[position] + 1;
    return following < borders.length ? borders[following] : length;
  };
  let name = 0;
  for (let i = 1; i < sortedBorders.length; i++) {
    let left = sortedBorders[i - 1];
    let right = sortedBorders[i];
    const end = endOf(left);
    let equal = end - left === endOf(right) - right;
    if (equal) {
      while (left < end && text[left] === text[right]) {
        left++;
        right++;
      }
      equal = left < length && right < length && text[left] === text[right];
    }
    if (!equal) name++;
    names[borderIndex[sortedBorders[i]]] = name;
  }
  return { names, count: name + 1 };
}

/**
 * Computes the lengths of common prefixes of adjacent suffixes (Kasai and others, "Linear-Time
 * Longest-Common-Prefix Computation in Suffix Arrays and Its Applications", 2001).
 *
 * @param text The symbols that were sorted.
 * @param sorted Their suffix array.
 * @returns At index i, the length of the longest common prefix of suffixes `sorted[i - 1]` and
 * `sorted[i]`; 0 at index 0.
 */
export function commonPrefixLengths(text: Int32Array, sorted: Int32Array): Int32Array {
  const length = text.length;
  const rank = new Int32Array(length);
  for (let i = 0; i < length; i++) rank[sorted[i]] = i;
  const shared = new Int32Array(length);
  let height = 0;
  for (let i = 0; i < length; i++) {
    if (rank[i] === 0) {
      height = 0;
      continue;
    }
    const j = sorted[rank[i] - 1];
    while (i + height < length && j + height < length && text[i + height] === text[j + height]) {
      height++;
    }
    shared[rank[i]] = height;
    if (height > 0) height--;
  }
  return shared;
}
