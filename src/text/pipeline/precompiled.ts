/**
 * SentencePiece's compiled character rules as in Hugging Face's `tokenizers`: a
 * grapheme of less than six bytes that begins with a rule is replaced as a whole by its first
 * rule, others character by character.
 *
 * Source: huggingface/spm_precompiled, `src/lib.rs` (`Precompiled::transform`), and
 * huggingface/tokenizers, `normalizers/precompiled.rs`.
 *
 * @module
 */
import { firstMatch } from "../double_array.ts";
import { decodeCharsmap } from "../normalizer.ts";
import type { AlignedText } from "./aligned_text.ts";

const LARGE_GRAPHEME = 6;

/**
 * Returns a step that applies compiled rules.
 *
 * @param map A `precompiled_charsmap`.
 * @throws {SyntaxError} If it is invalid.
 */
export function precompiled(map: Uint8Array): (text: AlignedText) => void {
  if (map.length === 0) return () => {};
  const { units, replacements } = decodeCharsmap(map);
  const encoder = new TextEncoder(), decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const cache = new Map<string, string | null>();
  const look = (part: string): string | null => {
    const found = firstMatch(units, encoder.encode(part));
    if (found === undefined) return null;
    const end = replacements.indexOf(0, found);
    return decoder.decode(replacements.subarray(found, end < 0 ? undefined : end));
  };
  const transform = (part: string): string | null => {
    let result = cache.get(part);
    if (result === undefined) {
      result = look(part);
      if (cache.size < 100_000) cache.set(part, result);
    }
    return result;
  };
  const characterwise = (text: string) => {
    let result = "";
    for (const character of text) result += transform(character) ?? character;
    return result;
  };
  const wholeText = (run: string) => {
    let result = "";
    for (const { segment } of graphemes.segment(run)) {
      const short = encoder.encode(segment).length < LARGE_GRAPHEME;
      result += (short ? transform(segment) : null) ?? characterwise(segment);
    }
    return result;
  };
  return (text) => {
    // Each grapheme is a separate match, so that each has its own place in the original.
    if (/^[ -~]*$/.test(text.text) && wholeText(text.text) === text.text) return;
    const segments = [...graphemes.segment(text.text)].map(({ segment }) => segment);
    let at = 0;
    text.replace(eachOf(segments), () => wholeText(segments[at++]));
  };
}

/** An expression that matches each of the segments of a text in turn. */
function eachOf(segments: readonly string[]): RegExp {
  const lengths = segments.map(({ length }) => length);
  return {
    *[Symbol.matchAll](text: string) {
      let index = 0;
      for (const length of lengths) {
        yield Object.assign([text.slice(index, index + length)], { index, input: text });
        index += length;
      }
    },
  } as unknown as RegExp;
}
