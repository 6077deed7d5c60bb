/**
 * Canonical combining classes, determined by the platform's normalization.
 *
 * @module
 */

/**
 * Whether a character has a canonical combining class other than 0, as in Python's
 * `unicodedata.combining`.
 *
 * JavaScript has no property for it, and `\p{M}` contains many marks of class 0 (vowel signs of
 * Indian scripts). But normalization sorts adjacent marks by class: a mark of class 2 or more
 * moves after U+0334 (class 1), and a mark of class 1 moves before U+0301 (class 230).
 *
 * @param character One code point.
 * @returns True if its combining class is not 0.
 */
export function hasCombiningClass(character: string): boolean {
  if (!/^\p{M}$/u.test(character)) return false;
  const decomposed = character.normalize("NFD");
  if (decomposed !== character) return [...decomposed].every(hasCombiningClass);
  return (character + "\u0334").normalize("NFD") !== character + "\u0334" ||
    ("\u0301" + character).normalize("NFD") !== "\u0301" + character;
}
