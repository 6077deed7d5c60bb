/**
 * From bytes of normalized text back to places in the string a caller gave.
 *
 * @module
 */

const META = [0xe2, 0x96, 0x81] as const;

/** Finds the source of byte ranges of one normalized text. */
export class SourceSpans {
  readonly #bytes: Uint8Array;
  readonly #toCleaned: Int32Array;
  readonly #toSource: Int32Array;
  readonly #length: number;

  /**
   * Joins two alignments.
   *
   * @param bytes Normalized UTF-8.
   * @param toCleaned For each normalized byte its cleaned byte, and one entry for the end.
   * @param toSource For each cleaned byte its UTF-16 index, and one entry for the end.
   * @param length How many bytes of `bytes` count.
   */
  constructor(bytes: Uint8Array, toCleaned: Int32Array, toSource: Int32Array, length: number) {
    this.#bytes = bytes;
    this.#toCleaned = toCleaned;
    this.#toSource = toSource;
    this.#length = length;
  }

  /**
   * The source of a piece, without the white space that its leading ▁ stands for. A lone ▁ has
   * that white space as its source, or nothing where the model has put it before the text.
   *
   * @param start First byte of the piece.
   * @param end Byte after its last.
   * @returns `[start, end)` in UTF-16 units.
   */
  of(start: number, end: number): [number, number] {
    const afterMeta = start + META.length;
    const isMeta = META.every((byte, i) => this.#bytes[start + i] === byte);
    const isLoneMeta = isMeta && end <= afterMeta;
    // The ▁ before the text shares its source with the first character, but has none of it.
    if (isLoneMeta && start === 0) return [this.#source(0), this.#source(end)];
    const from = this.#source(isMeta && !isLoneMeta ? afterMeta : start);
    // A piece may end inside what one character became ("f" of "ﬁ"): it has all of the character.
    const last = this.#source(end - 1);
    let after = end;
    while (after < this.#length && this.#source(after) === last) after++;
    return [from, this.#source(after)];
  }

  #source(byte: number): number {
    return this.#toSource[this.#toCleaned[byte]];
  }
}
