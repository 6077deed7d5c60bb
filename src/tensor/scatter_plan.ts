/**
 * The order in which gradients of looked-up rows are added. WGSL has no float atomics, and atomics would not be repeatable, so the host, which knows the
 * indices, sorts them: every row of the table gets the list of its occurrences, in order.
 *
 * @module
 */

/** Longest run that one segment adds up; a frequent row (padding, "the") is summed in two levels. */
const SEGMENT = 32;

/** One level of segment sums: segment `s` adds the items `offsets[s] … offsets[s+1]` into row `rows[s]`. */
export interface SegmentLevel {
  /** How many of the entries below count. */
  readonly segments: number;
  /** Where each segment's items start, one more than segments. */
  readonly offsets: Uint32Array;
  /** Rows to add, segment by segment. */
  readonly items: Uint32Array;
  /** Where each segment's sum goes. */
  readonly rows: Uint32Array;
}

/** Two levels: positions into partial sums, partial sums into rows of the table. */
export interface ScatterPlan {
  /** Positions into partial sums. */
  readonly partial: SegmentLevel;
  /** Partial sums into rows of the table. */
  readonly final: SegmentLevel;
}

/**
 * Plans `table[indices[i]] += x[i]` for every `i` whose index is not `skipped`. The arrays are as long as the worst case for that many indices, so that every batch takes the same memory.
 *
 * @param indices row of the table for each row of x
 * @param tableRows number of rows of the table
 * @param skipped a row that gets nothing
 * @throws {RangeError} for an index outside the table.
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
