/**
 * The normalizers of `tokenizer.json`.
 *
 * Source: huggingface/tokenizers, `src/normalizers/`.
 *
 * @module
 */
import { isObject, quote } from "../../json/mod.ts";
import type { AlignedText } from "./aligned_text.ts";
import { booleanField, onlyFields, type Part, textField, unsupported } from "./parts.ts";
import { precompiled } from "./precompiled.ts";
import { literalExpression, regularExpression } from "./regular_expression.ts";
import {
  ALSO_MARK,
  ALSO_NONSPACING_MARK,
  HAS_LOWER_CASE,
  lowerCaseOf,
  NO_CANONICAL_DECOMPOSITION,
  NO_COMPATIBILITY_COMPOSITION,
  NO_COMPATIBILITY_DECOMPOSITION,
  NO_CONTROL,
  NO_MARK,
  NO_NONSPACING_MARK,
} from "./unicode_tables.ts";

/** Normalizes a text. */
export type Normalize = (text: AlignedText) => void;

const WHERE = "normalizer";
/**
 * Characters that combine with those before them in normalization: marks, Hangul jamo, and
 * characters that decompose to one of these.
 */
const JOINING = "\\p{M}\\u1160-\\u11ff\\u3131-\\u318e\\ud7b0-\\ud7ff\\uff9e\\uff9f\\uffa0-\\uffdc";

const FORMS: Readonly<Record<string, string>> = {
  NFC: "",
  NFD: NO_CANONICAL_DECOMPOSITION,
  NFKC: NO_COMPATIBILITY_COMPOSITION,
  NFKD: NO_COMPATIBILITY_DECOMPOSITION,
};

/**
 * Creates a normalization step.
 *
 * @throws {UnsupportedPart} If the step is not supported.
 * @throws {SyntaxError} If one of its fields is invalid.
 */
export function normalizerOf(part: Part): Normalize {
  const only = (...names: string[]) => onlyFields(WHERE, part, ...names);
  switch (part.type) {
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
      only();
      return unicodeForm(part.type);
    case "Lowercase":
      only();
      return LOWERCASE;
    case "StripAccents":
      only();
      return STRIP_ACCENTS;
    case "Nmt":
      only();
      return nmt;
    case "Strip":
      only("strip_left", "strip_right");
      return strip(
        booleanField(WHERE, part, "strip_left", true),
        booleanField(WHERE, part, "strip_right", true),
      );
    case "Prepend": {
      only("prepend");
      const prepended = textField(WHERE, part, "prepend");
      return (text) => text.replace(/^(?=[^])/g, prepended);
    }
    case "Replace": {
      only("pattern", "content");
      const content = textField(WHERE, part, "content");
      const pattern = patternOf(WHERE, part);
      return (text) => {
        if (text.text !== "") text.replace(pattern, content);
      };
    }
    case "Precompiled":
      only("precompiled_charsmap");
      return precompiled(fromBase64(part.precompiled_charsmap));
    case "BertNormalizer":
      return bertNormalizer(part);
    default:
      return unsupported(WHERE, part);
  }
}

/**
 * Returns the expression of a step with a `pattern`.
 *
 * @throws {SyntaxError} If the step has no pattern.
 */
export function patternOf(where: string, part: Part): RegExp {
  const pattern = part.pattern;
  if (isObject(pattern)) {
    if (typeof pattern.String === "string") return literalExpression(pattern.String);
    if (typeof pattern.Regex === "string") {
      try {
        return regularExpression(pattern.Regex);
      } catch (error) {
        return unsupported(where, part, "", `: ${(error as Error).message}`);
      }
    }
  }
  throw new SyntaxError(
    `its ${where} ${part.type} must have a pattern String or Regex, got ${quote(pattern)}`,
  );
}

function unicodeForm(form: string): Normalize {
  const kept = FORMS[form];
  const base = kept === "" ? "[^]" : `(?![${kept}])[^]`;
  const joining = kept === "" ? `[${JOINING}]` : `(?![${kept}])[${JOINING}]`;
  const pattern = new RegExp(`${base}(?:${joining})+|(?!\\p{ASCII})${base}`, "gu");
  return (text) => text.replace(pattern, (match) => match.normalize(form));
}

const LOWERCASE = lowerCase();
const STRIP_ACCENTS = removing(`[${ALSO_MARK}]|(?![${NO_MARK}])\\p{M}`);

function lowerCase(): Normalize {
  const pattern = new RegExp(`[${HAS_LOWER_CASE}]`, "gu");
  return (text) => text.replace(pattern, lowerCaseOf);
}

function removing(pattern: string): Normalize {
  const expression = new RegExp(pattern, "gu");
  return (text) => text.replace(expression, "");
}

const NMT_REMOVED = /(?![\0\t\n\f\r\x80-\x8e\x90-\x9e])\p{Cc}/gu;

function nmt(text: AlignedText): void {
  text.replace(NMT_REMOVED, "");
  text.replace(
    /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g,
    " ",
  );
}

function strip(left: boolean, right: boolean): Normalize {
  return (text) => {
    if (left) text.replace(/^\p{White_Space}+/gu, "");
    // Not `+$`, which takes a time that grows with the square of the spaces before a word.
    let end = text.text.length;
    while (right && end > 0 && /\p{White_Space}/u.test(text.text[end - 1])) end--;
    text.cut(end);
  };
}

function bertNormalizer(part: Part): Normalize {
  onlyFields(
    WHERE,
    part,
    ...["clean_text", "handle_chinese_chars", "strip_accents", "lowercase"],
  );
  const cleanText = booleanField(WHERE, part, "clean_text", true);
  const splitChinese = booleanField(WHERE, part, "handle_chinese_chars", true);
  const lowercase = booleanField(WHERE, part, "lowercase", true);
  const stripAccents = booleanField(WHERE, part, "strip_accents", lowercase);
  const steps: Normalize[] = [];
  if (cleanText) {
    const control = new RegExp(
      `[\\0\\ufffd]|(?![\\t\\n\\r${NO_CONTROL}])[\\p{Cc}\\p{Cf}\\p{Co}]`,
      "gu",
    );
    steps.push((text) => {
      text.replace(control, "");
      text.replace(/\p{White_Space}/gu, " ");
    });
  }
  if (splitChinese) {
    const chinese =
      /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;
    steps.push((text) => text.replace(chinese, (match) => ` ${match} `));
  }
  if (stripAccents) {
    const marks = `[${ALSO_NONSPACING_MARK}]|(?![${NO_NONSPACING_MARK}])\\p{Mn}`;
    steps.push(unicodeForm("NFD"), removing(marks));
  }
  if (lowercase) steps.push(LOWERCASE);
  return (text) => steps.forEach((step) => step(text));
}

/** The bytes of a `precompiled_charsmap`. */
export function fromBase64(text: unknown): Uint8Array {
  try {
    return Uint8Array.from(atob(text as string), (character) => character.charCodeAt(0));
  } catch {
    throw new SyntaxError("the precompiled_charsmap of its normalizer is not valid base64");
  }
}
