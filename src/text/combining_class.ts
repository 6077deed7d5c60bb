/**
 * Canonical combining classes, read off the platform's own normalization.
 *
 * @module
 */

/**
 * Whether a character has a canonical combining class other than 0, as Python's
 * `unicodedata.combining` says.
 *
 * JavaScript has no property for it, and `\p{M}` holds many marks of class 0 (vowel signs of
 * Indian scripts). But normalization sorts neighboring marks by class: a mark of class 2 or more
 * moves behind U+0334, of class 1, and one of class 1 moves before U+0301, of class 230.
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
