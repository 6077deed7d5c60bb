/**
 * SQuAD counts characters as Python does, in code points; JavaScript counts UTF-16 units.
 *
 * @module
 */

/** Offsets of one text in both units. */
export class CodePointOffsets {
  /** Unit offset of each code point and of the end; undefined while the two counts are the same. */
  readonly #starts: readonly number[] | undefined;
  readonly #length: number;

  /** @param text the text that offsets point into */
  constructor(text: string) {
    this.#length = text.length;
    if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return;
    const starts = [0];
    for (const character of text) starts.push(starts.at(-1)! + character.length);
    this.#starts = starts;
  }

  /** The offset in UTF-16 units of a code point, or undefined where the text has no such place. */
  toUnits(codePoint: number): number | undefined {
    if (this.#starts !== undefined) return this.#starts[codePoint];
    return Number.isInteger(codePoint) && codePoint >= 0 && codePoint <= this.#length
      ? codePoint
      : undefined;
  }
}
