/**
 * BERT's classes of characters: removed, white space, a separate token, or part of a word.
 *
 * Source: huggingface/tokenizers, `normalizers/bert.rs` and `pre_tokenizers/bert.rs`, which follow
 * google-research/bert, `tokenization.py` (`BasicTokenizer`).
 *
 * @module
 */

import {
  ALSO_NONSPACING_MARK,
  ALSO_PUNCTUATION,
  lowerCaseOf,
  NO_CANONICAL_DECOMPOSITION,
  NO_CONTROL,
  NO_NONSPACING_MARK,
  NO_PUNCTUATION,
} from "./pipeline/unicode_tables.ts";

/** Class of a character. */
export const CharacterKind = { dropped: 0, space: 1, alone: 2, word: 3 } as const;

/** A value of {@link CharacterKind}. */
export type CharacterKindValue = typeof CharacterKind[keyof typeof CharacterKind];

/** BERT's normalization. */
export interface BertCleaning {
  /** Lower case. */
  lowerCase: boolean;
  /** Decompose (NFD) and remove nonspacing marks; same as `lowerCase` by default. */
  stripAccents?: boolean;
  /** Remove control characters and U+FFFD, and replace all white space by spaces. */
  cleanText: boolean;
  /** Treat every Chinese character as a word. */
  splitChinese: boolean;
}

/** Replacement of a character: usually itself, sometimes several characters or none. */
export type BertCharacter = readonly { kind: CharacterKindValue; text: string }[];

const CHINESE: readonly (readonly [number, number])[] = [
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b920, 0x2ceaf],
  [0x2f800, 0x2fa1f],
];

const CONTROL = new RegExp(`^(?![${NO_CONTROL}])[\\p{Cc}\\p{Cf}\\p{Co}]$`, "u");
const SPACE = /^\p{White_Space}$/u;
const NONSPACING_MARK = new RegExp(
  `^(?:[${ALSO_NONSPACING_MARK}]|(?![${NO_NONSPACING_MARK}])\\p{Mn})$`,
  "u",
);
const PUNCTUATION = new RegExp(
  `^(?:[!-/:-@[-\`{-~${ALSO_PUNCTUATION}]|(?![${NO_PUNCTUATION}])\\p{P})$`,
  "u",
);
const UNDECOMPOSED = new RegExp(`^[${NO_CANONICAL_DECOMPOSITION}]$`, "u");

/**
 * Normalizes a character.
 *
 * @param character One code point.
 * @param cleaning The normalization.
 * @returns The characters that replace it, with their classes.
 */
export function bertCharacter(character: string, cleaning: BertCleaning): BertCharacter {
  let text = character;
  if (cleaning.cleanText) {
    if (character === "\t" || character === "\n" || character === "\r") text = " ";
    else if (character === "\0" || character === "\ufffd" || CONTROL.test(character)) return [];
    else if (SPACE.test(character)) text = " ";
  }
  const code = character.codePointAt(0)!;
  const chinese = cleaning.splitChinese && CHINESE.some(([from, to]) => code >= from && code <= to);
  let characters = [text];
  if (cleaning.stripAccents ?? cleaning.lowerCase) {
    const decomposed = UNDECOMPOSED.test(text) ? text : text.normalize("NFD");
    characters = [...decomposed].filter((c) => !NONSPACING_MARK.test(c));
  }
  if (cleaning.lowerCase) {
    characters = characters.flatMap((c) => [...lowerCaseOf(c)]);
  }
  return characters.map((c) => ({ kind: chinese ? CharacterKind.alone : kindOf(c), text: c }));
}

function kindOf(character: string): CharacterKindValue {
  if (SPACE.test(character)) return CharacterKind.space;
  return PUNCTUATION.test(character) ? CharacterKind.alone : CharacterKind.word;
}
