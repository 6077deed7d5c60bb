/**
 * The order in which gradients of looked-up rows are added. WGSL has no float atomics, and atomics would not be deterministic. The host knows the indices and sorts
 * them: each row of the table gets the list of its occurrences, in order.
 *
 * @module
 */

/** Maximum number of items per segment. Frequent rows (padding, "the") have several segments, which a second level sums. */
const SEGMENT = 32;

/** One level of segment sums: segment `s` adds the rows `items[offsets[s]] … items[offsets[s + 1] − 1]` to row `rows[s]`. */
export interface SegmentLevel {
  /** Number of segments; the arrays may be longer. */
  readonly segments: number;
  /** Index of each segment's first item, and the end of the last one, `[segments + 1]`. */
  readonly offsets: Uint32Array;
  /** Source rows, segment by segment. */
  readonly items: Uint32Array;
  /** Destination row of each segment, `[segments]`. */
  readonly rows: Uint32Array;
}

/** Two levels of segment sums. */
export interface ScatterPlan {
  /** Adds rows of the gradient to partial sums. */
  readonly partial: SegmentLevel;
  /** Adds partial sums to rows of the table. */
  readonly final: SegmentLevel;
}

/**
 * Plans `table[indices[i]] += x[i]` for every `i` whose index is not `skipped`. The arrays have the maximum length for this number of indices, so that all batches
 * use the same amount of memory.
 *
 * @param indices row of the table for each row of `x`
 * @param tableRows number of rows of the table
 * @param skipped row of the table that receives nothing
 * @throws {RangeError} if an index is not a row of the table
 */
export function scatterPlan(
  indices: Uint32Array,
  tableRows: number,
  skipped?: number,
): ScatterPlan {
  const count = indices.length;
  const starts = new Uint32Array(tableRows + 1);
  for (const row of indices) {
    if (row >= tableRows) {
      throw new RangeError(`Cannot look up row ${row}: the table has ${tableRows} rows`);
    }
    if (row !== skipped) starts[row + 1]++;
  }
  for (let row = 0; row < tableRows; row++) starts[row + 1] += starts[row];
  const items = new Uint32Array(count);
  const next = starts.slice(0, tableRows);
  for (let i = 0; i < count; i++) {
    if (indices[i] !== skipped) items[next[indices[i]]++] = i;
  }

  const most = Math.max(Math.min(count, tableRows + Math.ceil(count / SEGMENT)), 1);
  const mostRows = Math.max(Math.min(count, tableRows), 1);
  const partial = emptyLevel(most, items);
  const final = emptyLevel(mostRows, Uint32Array.from({ length: most }, (_, i) => i));
  let segments = 0, touched = 0;
  for (let row = 0; row < tableRows; row++) {
    if (starts[row] === starts[row + 1]) continue;
    for (let start = starts[row]; start < starts[row + 1]; start += SEGMENT) {
      partial.rows[segments] = segments;
      partial.offsets[++segments] = Math.min(start + SEGMENT, starts[row + 1]);
    }
    final.rows[touched] = row;
    final.offsets[++touched] = segments;
  }
  return {
    partial: { ...partial, segments },
    final: { ...final, segments: touched },
  };
}

function emptyLevel(segments: number, items: Uint32Array): SegmentLevel {
  return {
    segments: 0,
    offsets: new Uint32Array(segments + 1),
    items,
    rows: new Uint32Array(segments),
  };
}
