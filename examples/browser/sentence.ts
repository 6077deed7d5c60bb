/**
 * A sentence with hidden words, as the page edits it.
 *
 * @module
 */

/** What stands for a hidden word in the text, whatever the model's own name of it. */
export const BLANK = "[MASK]";

export interface Sentence {
  /** Contains {@linkcode BLANK} for each hidden word. */
  readonly text: string;
  /** The word of each blank, in order; null if the visitor has typed the blank. */
  readonly hidden: readonly (string | null)[];
}

/** A part of a sentence. Parts joined are the text. */
export interface Part {
  readonly kind: "word" | "blank" | "other";
  readonly text: string;
  /** Number of the blank. */
  readonly blank?: number;
}

const PART = /\[MASK\]|[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*|[^\p{L}\p{M}\p{N}[]+|\[/gu;

/** Splits a text into words, blanks, and the characters between them. */
export function partsOf(text: string): Part[] {
  let blanks = 0;
  return (text.match(PART) ?? []).map((part): Part => {
    if (part === BLANK) return { kind: "blank", text: part, blank: blanks++ };
    return { kind: /^[\p{L}\p{M}\p{N}]/u.test(part) ? "word" : "other", text: part };
  });
}

/**
 * Hides the word at a part, or shows the one behind a blank.
 *
 * @param index number of the part
 * @param instead replaces a blank whose word is not known
 */
export function toggle({ text, hidden }: Sentence, index: number, instead: string): Sentence {
  const parts = partsOf(text);
  const part = parts[index];
  const before = parts.slice(0, index).filter(({ kind }) => kind === "blank").length;
  const replace = (by: string) =>
    parts.with(index, { ...part, text: by }).map((p) => p.text).join("");
  if (part.kind === "word") {
    return { text: replace(BLANK), hidden: hidden.toSpliced(before, 0, part.text) };
  }
  return { text: replace(hidden[before] ?? instead), hidden: hidden.toSpliced(before, 1) };
}

/** Replaces the text. Blanks before and after the change keep their words. */
export function edit({ text: old, hidden }: Sentence, text: string): Sentence {
  const most = Math.min(old.length, text.length);
  let start = 0;
  while (start < most && old[start] === text[start]) start++;
  let end = 0;
  while (end < most - start && old.at(-1 - end) === text.at(-1 - end)) end++;
  const blanks = countBlanks(text);
  const first = countBlanks(text.slice(0, start));
  const last = Math.min(countBlanks(text.slice(text.length - end)), blanks - first);
  return {
    text,
    hidden: [
      ...hidden.slice(0, first),
      ...Array<null>(blanks - first - last).fill(null),
      ...hidden.slice(hidden.length - last),
    ],
  };
}

function countBlanks(text: string): number {
  return text.split(BLANK).length - 1;
}
