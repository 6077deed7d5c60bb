/**
 * A curve that stays small however many points it gets.
 *
 * @module
 */

/** Neighboring points of a curve, seen as one. */
export interface Bucket {
  /** First step. */
  first: number;
  /** Last step. */
  last: number;
  /** Least value. */
  low: number;
  /** Greatest value. */
  high: number;
  /** Of the values. */
  sum: number;
  /** Points. */
  count: number;
}

/**
 * Collects points into at most `2·limit` buckets of equal many points, each with its least, greatest and mean value. Up to `2·limit` points are kept as they
 * are; past that, neighbors are merged, so that every extreme stays to be seen.
 */
export class ThinnedSeries {
  readonly #limit: number;
  #buckets: Bucket[] = [];
  #width = 1;
  #count = 0;

  /** An empty curve that keeps between `limit` and `2·limit` buckets. */
  constructor(limit = 300) {
    this.#limit = limit;
  }

  /** Adds a point; steps never fall. What is not finite is left out. */
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

  /** Points that were added. */
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
