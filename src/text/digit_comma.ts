/**
 * ALBERT's rule for numbers: a piece that ends with a digit and a comma ("9,") is split before the
 * comma, so that a number has the same pieces with and without a comma.
 *
 * Source: google-research/albert, `tokenization.py` (`encode_pieces`), with Python 2's semantics as
 * in Hugging Face's `AlbertTokenizer`: a ▁ that the second encoding adds is removed.
 *
 * @module
 */

/**
 * Python's `str.isdigit`: decimal digits, superscripts, and circled and dotted digits.
 */
const DIGIT =
  /^[\p{Nd}\u00b2\u00b3\u00b9\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]$/u;

/** Whether the rule applies to a piece. */
export function endsInDigitComma(piece: string): boolean {
  if (!piece.endsWith(",")) return false;
  const characters = [...piece];
  return characters.length > 1 && DIGIT.test(characters[characters.length - 2]);
}

/**
 * Splits a piece to which the rule applies.
 *
 * @param piece A piece for which {@link endsInDigitComma} holds.
 * @param encode Segments a text, without this rule, into the texts of its pieces.
 * @returns The pieces that replace it; the last one is the comma.
 */
export function cutDigitComma(piece: string, encode: (text: string) => string[]): string[] {
  const cut = encode(piece.slice(0, -1).replaceAll("▁", ""));
  if (!piece.startsWith("▁") && cut.length > 0 && cut[0].startsWith("▁")) {
    if (cut[0] === "▁") cut.shift();
    else cut[0] = cut[0].slice(1);
  }
  return [...cut, ","];
}
