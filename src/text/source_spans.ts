/**
 * Offsets of pieces in the original string, from bytes of the normalized text.
 *
 * @module
 */

const META = [0xe2, 0x96, 0x81] as const;

/** Maps byte ranges of one normalized text to the original string. */
export class SourceSpans {
  readonly #bytes: Uint8Array;
  readonly #toCleaned: Int32Array;
  readonly #toSource: Int32Array;
  readonly #length: number;

  /**
   * Combines two alignments.
   *
   * @param bytes Normalized UTF-8.
   * @param toCleaned Index of the cleaned byte for each normalized byte, and one entry for the end.
   * @param toSource UTF-16 index for each cleaned byte, and one entry for the end.
   * @param length Number of valid bytes.
   */
  constructor(bytes: Uint8Array, toCleaned: Int32Array, toSource: Int32Array, length: number) {
    this.#bytes = bytes;
    this.#toCleaned = toCleaned;
    this.#toSource = toSource;
    this.#length = length;
  }

  /**
   * Returns the source of a piece, without the white space of a leading ▁. The source of a lone ▁ is
   * that white space, or empty if the model added the ▁ before the text.
   *
   * @param start First byte of the piece.
   * @param end Byte after its last.
   * @returns `[start, end)` in UTF-16 units.
   */
  of(start: number, end: number): [number, number] {
    const afterMeta = start + META.length;
    const isMeta = META.every((byte, i) => this.#bytes[start + i] === byte);
    const isLoneMeta = isMeta && end <= afterMeta;
    // The ▁ before the text is aligned with the first character, but has an empty source.
    if (isLoneMeta && start === 0) return [this.#source(0), this.#source(end)];
    const from = this.#source(isMeta && !isLoneMeta ? afterMeta : start);
    // A piece may end within the replacement of a character ("f" of "ﬁ"): its source is the whole character.
    const last = this.#source(end - 1);
    let after = end;
    while (after < this.#length && this.#source(after) === last) after++;
    return [from, this.#source(after)];
  }

  #source(byte: number): number {
    return this.#toSource[this.#toCleaned[byte]];
  }
}
