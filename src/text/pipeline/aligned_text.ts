/**
 * Text that is normalized step by step, with the source of each UTF-16 unit in the original.
 *
 * @module
 */

/** How many times longer than the original a text may become. Unicode's forms make 18 characters of one. */
const MOST_GROWTH = 32;
/** Length that any text may have. */
const FREE_LENGTH = 65_536;

/** Replacement of a match. */
export type Replacement = string | ((match: string) => string);

/** A text and, if it is aligned, the source of each of its UTF-16 units. */
export class AlignedText {
  /** The text so far. */
  text: string;
  #starts: number[];
  #ends: number[];
  readonly #longest: number;

  private constructor(text: string, starts: number[], ends: number[], longest: number) {
    this.text = text;
    this.#longest = longest;
    this.#starts = starts;
    this.#ends = ends;
  }

  /** Wraps an original text, whose units are their own source. */
  static from(text: string): AlignedText {
    const starts = Array.from({ length: text.length }, (_, i) => i);
    return new AlignedText(
      text,
      starts,
      starts.map((i) => i + 1),
      FREE_LENGTH + MOST_GROWTH * text.length,
    );
  }

  /** Position of the first character in the original; 0 for empty text. */
  get origin(): number {
    return this.#starts[0] ?? 0;
  }

  /** The range of the original that a range comes from. */
  span(from: number, to: number): [number, number] {
    if (from >= to) {
      const at = this.#starts[from] ?? this.#ends[from - 1] ?? 0;
      return [at, at];
    }
    return [this.#starts[from], this.#ends[to - 1]];
  }

  /** A part of the text with its alignment. */
  slice(from: number, to: number): AlignedText {
    return new AlignedText(
      this.text.slice(from, to),
      this.#starts.slice(from, to),
      this.#ends.slice(from, to),
      this.#longest,
    );
  }

  /** Removes the text from a place on. */
  cut(end: number): void {
    if (end === this.text.length) return;
    this.text = this.text.slice(0, end);
    this.#starts.length = this.#ends.length = end;
  }

  /**
   * Replaces all matches. The source of inserted units is that of the whole match.
   *
   * @throws {TypeError} If the text becomes much longer than the original, as with 40 steps that double it.
   */
  replace(pattern: RegExp, replacement: Replacement): void {
    const starts: number[] = [], ends: number[] = [];
    let text = "", last = 0;
    const keep = (to: number) => {
      for (let i = last; i < to; i++) {
        starts.push(this.#starts[i]);
        ends.push(this.#ends[i]);
      }
      text += this.text.slice(last, to);
    };
    for (const match of this.text.matchAll(pattern)) {
      const content = typeof replacement === "string" ? replacement : replacement(match[0]);
      if (content === match[0]) continue;
      keep(match.index);
      const after = match.index + match[0].length;
      const [start, end] = this.span(match.index, after);
      if (text.length + content.length > this.#longest) {
        throw new TypeError(
          `Cannot use the tokenizer.json: it makes more than ${this.#longest} characters of a text, ` +
            `more than ${MOST_GROWTH} times its length`,
        );
      }
      for (let i = 0; i < content.length; i++) {
        starts.push(start);
        ends.push(end);
      }
      text += content;
      last = after;
    }
    if (text === "" && last === 0) return;
    keep(this.text.length);
    this.text = text;
    this.#starts = starts;
    this.#ends = ends;
  }
}
