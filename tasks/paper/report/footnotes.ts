/**
 * Notes under a table, each said once.
 *
 * @module
 */

/** Gives out marks: a, b … z, aa, ab … */
export class Footnotes {
  readonly #marks = new Map<string, string>();

  /** The mark of a text; the same text has the same mark. */
  mark(text: string): string {
    let mark = this.#marks.get(text);
    if (mark === undefined) this.#marks.set(text, mark = letters(this.#marks.size));
    return mark;
  }

  /** Marks and texts, in the order in which they were first needed. */
  get list(): { readonly mark: string; readonly text: string }[] {
    return [...this.#marks].map(([text, mark]) => ({ mark, text }));
  }
}

function letters(index: number): string {
  const last = String.fromCharCode(97 + index % 26);
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}
