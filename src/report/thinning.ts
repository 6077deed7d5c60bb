/**
 * Series that stay small however many values are added, for reports of long runs.
 *
 * @module
 */

/** A range of consecutive points of a curve. */
export interface Bucket {
  /** Step of the first point. */
  first: number;
  /** Step of the last point. */
  last: number;
  /** Minimum. */
  low: number;
  /** Maximum. */
  high: number;
  /** Sum of the values. */
  sum: number;
  /** Number of points. */
  count: number;
}

/**
 * Collects points into at most `2·limit` buckets with an equal number of points, each with its minimum, maximum and mean. Up to `2·limit` points are kept
 * individually; beyond that, neighboring buckets are merged, so every extreme remains visible.
 */
export class ThinnedSeries {
  readonly #limit: number;
  #buckets: Bucket[] = [];
  #width = 1;
  #count = 0;

  /** Creates a series of at most `2·limit` buckets. */
  constructor(limit = 300) {
    this.#limit = limit;
  }

  /** Adds a point; steps must not decrease. Values that are not finite are skipped. */
  push(step: number, value: number): void {
    if (!Number.isFinite(value) || !Number.isFinite(step)) return;
    this.#count++;
    const bucket = this.#buckets.at(-1);
    if (bucket !== undefined && bucket.count < this.#width) {
      merge(bucket, { first: step, last: step, low: value, high: value, sum: value, count: 1 });
      return;
    }
    if (this.#buckets.length === 2 * this.#limit) this.#halve();
    this.#buckets.push({ first: step, last: step, low: value, high: value, sum: value, count: 1 });
  }

  /** The curve, in order of steps. */
  get buckets(): readonly Readonly<Bucket>[] {
    return this.#buckets;
  }

  /** Number of points added. */
  get count(): number {
    return this.#count;
  }

  /** Whether points were merged. */
  get thinned(): boolean {
    return this.#width > 1;
  }

  #halve(): void {
    const buckets: Bucket[] = [];
    for (let i = 0; i < this.#buckets.length; i += 2) {
      const bucket = this.#buckets[i];
      if (i + 1 < this.#buckets.length) merge(bucket, this.#buckets[i + 1]);
      buckets.push(bucket);
    }
    this.#buckets = buckets;
    this.#width *= 2;
  }
}

function merge(into: Bucket, bucket: Bucket): void {
  into.last = bucket.last;
  into.low = Math.min(into.low, bucket.low);
  into.high = Math.max(into.high, bucket.high);
  into.sum += bucket.sum;
  into.count += bucket.count;
}

/** Keeps at most `limit + 1` of the lines added, evenly spaced; the first and the last are always among them. */
export class ThinnedLines<T> {
  readonly #limit: number;
  #kept: T[] = [];
  #last: T | null = null;
  #stride = 1;
  #count = 0;

  /** Creates a log that keeps at most `limit + 1` lines. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a line. */
  push(line: T): void {
    if (this.#count++ % this.#stride !== 0) {
      this.#last = line;
      return;
    }
    this.#last = null;
    this.#kept.push(line);
    if (this.#kept.length > this.#limit) {
      const newest = this.#kept.at(-1)!;
      this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
      this.#stride *= 2;
      if (this.#kept.at(-1) !== newest) this.#last = newest;
    }
  }

  /** The lines kept, in order. */
  get lines(): readonly T[] {
    return this.#last === null ? this.#kept : [...this.#kept, this.#last];
  }
}
