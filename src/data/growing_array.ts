/**
 * A typed array that grows by doubling.
 *
 * @module
 */

/** A constructor of unsigned typed arrays. */
type ArrayType<T> = new (length: number) => T;

/** A typed array that can be appended to. Its capacity doubles when it is full. */
export class GrowingArray<T extends Uint8Array | Uint16Array | Uint32Array> {
  readonly #type: ArrayType<T>;
  #array: T;
  #length = 0;

  /**
   * Creates an empty array.
   *
   * @param type The typed array to grow, such as `Uint32Array`.
   * @param capacity Initial capacity in elements.
   */
  constructor(type: ArrayType<T>, capacity: number = 1024) {
    this.#type = type;
    this.#array = new type(capacity);
  }

  /** Number of elements. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends a number.
   *
   * @param value The number.
   */
  push(value: number): void {
    if (this.#length === this.#array.length) this.#reserve(this.#length + 1);
    this.#array[this.#length++] = value;
  }

  /**
   * Appends several numbers.
   *
   * @param values The numbers.
   */
  append(values: ArrayLike<number>): void {
    const length = this.#length + values.length;
    if (length > this.#array.length) this.#reserve(length);
    this.#array.set(values, this.#length);
    this.#length = length;
  }

  /** Removes all elements and keeps the capacity. */
  clear(): void {
    this.#length = 0;
  }

  /**
   * Returns a copy of the elements.
   */
  copy(): T {
    return this.#array.slice(0, this.#length) as T;
  }

  #reserve(length: number): void {
    const larger = new this.#type(Math.max(length, 2 * this.#array.length));
    larger.set(this.#array);
    this.#array = larger;
  }
}
