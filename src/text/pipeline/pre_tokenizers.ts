/**
 * The pre-tokenizers of `tokenizer.json`, which split text into words for the model.
 *
 * Source: huggingface/tokenizers, `src/pre_tokenizers/` and `tokenizer/normalizer.rs` (`split`).
 *
 * @module
 */
import { quote } from "../../json/mod.ts";
import type { AlignedText } from "./aligned_text.ts";
import { patternOf } from "./normalizers.ts";
import { booleanField, onlyFields, type Part, textField, unsupported } from "./parts.ts";
import { literalExpression } from "./regular_expression.ts";
import { ALSO_PUNCTUATION, NEW_NUMBER, NO_PUNCTUATION } from "./unicode_tables.ts";

/** Splits a text into words. */
export type PreTokenize = (text: AlignedText) => AlignedText[];

const WHERE = "pre_tokenizer";
const BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"];
const SPACE = /\p{White_Space}/gu;
const PUNCTUATION = new RegExp(
  `[!-\\/:-@[-\`{-~${ALSO_PUNCTUATION}]|(?![${NO_PUNCTUATION}])\\p{P}`,
  "gu",
);
const NUMBER = new RegExp(`[\\p{N}${NEW_NUMBER}]`, "gu");
/** `\w` and `\s` as in Rust. */
const WORD_CLASS = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d";
const NO_WORDS_OR_SYMBOLS = new RegExp(
  `[${WORD_CLASS}]+|[^${WORD_CLASS}\\p{White_Space}]+`,
  "gu",
);

/**
 * Creates a pre-tokenizer step.
 *
 * @throws {UnsupportedPart} If the step is not supported.
 * @throws {SyntaxError} If one of its fields is invalid.
 */
export function preTokenizerOf(part: Part): PreTokenize {
  const only = (...names: string[]) => onlyFields(WHERE, part, ...names);
  switch (part.type) {
    case "WhitespaceSplit":
      only();
      return splitting(SPACE, "Removed");
    case "Whitespace":
      only();
      return splitting(NO_WORDS_OR_SYMBOLS, "Removed", true);
    case "BertPreTokenizer": {
      only();
      const words = splitting(SPACE, "Removed"), marks = splitting(PUNCTUATION, "Isolated");
      return (text) => words(text).flatMap(marks);
    }
    case "Punctuation":
      only("behavior");
      return splitting(PUNCTUATION, behaviorOf(part, "Isolated"));
    case "Digits":
      only("individual_digits");
      return splitting(
        NUMBER,
        booleanField(WHERE, part, "individual_digits", false) ? "Isolated" : "Contiguous",
      );
    case "CharDelimiterSplit":
      only("delimiter");
      return splitting(literalExpression(textField(WHERE, part, "delimiter")), "Removed");
    case "Split":
      only("pattern", "behavior", "invert");
      return splitting(
        patternOf(WHERE, part),
        behaviorOf(part),
        booleanField(WHERE, part, "invert", false),
      );
    case "Metaspace":
      return metaspace(part);
    default:
      return unsupported(WHERE, part);
  }
}

function behaviorOf(part: Part, absent?: string): string {
  const behavior = part.behavior ?? absent;
  if (!BEHAVIORS.includes(behavior as string)) {
    throw new SyntaxError(
      `its ${WHERE} ${part.type} has behavior ${quote(behavior)}; expected ${BEHAVIORS.join(", ")}`,
    );
  }
  return behavior as string;
}

/** Whether a `Metaspace` adds its mark before every word, the first one or none. */
export function prependScheme(part: Part, where: string): "always" | "first" | "never" {
  onlyFields(where, part, "replacement", "prepend_scheme", "add_prefix_space", "split", "str_rep");
  const scheme = part.prepend_scheme ?? "always";
  if (scheme !== "always" && scheme !== "first" && scheme !== "never") {
    throw new SyntaxError(`its ${where} Metaspace has prepend_scheme ${quote(scheme)}`);
  }
  // Files of older versions have only the second field.
  if (part.add_prefix_space !== false) return scheme;
  if (part.prepend_scheme !== undefined && scheme !== "never") {
    throw new SyntaxError(
      `its ${where} Metaspace has add_prefix_space false and prepend_scheme ${scheme}`,
    );
  }
  return "never";
}

function metaspace(part: Part): PreTokenize {
  const scheme = prependScheme(part, WHERE);
  const replacement = textField(WHERE, part, "replacement", "▁");
  const split = booleanField(WHERE, part, "split", true);
  const cut = splitting(literalExpression(replacement), "MergedWithNext");
  return (text) => {
    text.replace(/ /g, replacement);
    const prepends = scheme === "always" || (scheme === "first" && text.origin === 0);
    if (prepends && !text.text.startsWith(replacement)) text.replace(/^/g, replacement);
    return split ? cut(text) : [text];
  };
}

/** Splits at matches, or with `invert` at the text between them. */
function splitting(pattern: RegExp, behavior: string, invert = false): PreTokenize {
  return (text) =>
    pieces(text.text, pattern, behavior, invert)
      .filter(([from, to]) => from < to)
      .map(([from, to]) => text.slice(from, to));
}

function pieces(text: string, pattern: RegExp, behavior: string, invert: boolean) {
  const parts: [from: number, to: number, isMatch: boolean][] = [];
  let last = 0;
  for (const { index, 0: { length } } of text.matchAll(pattern)) {
    if (last !== index) parts.push([last, index, invert]);
    parts.push([index, index + length, !invert]);
    last = index + length;
  }
  if (last !== text.length) parts.push([last, text.length, invert]);
  if (behavior === "Removed") return parts.filter(([, , isMatch]) => !isMatch);
  if (behavior === "Isolated") return parts;
  const backward = behavior === "MergedWithNext";
  if (backward) parts.reverse();
  const merged: [from: number, to: number][] = [];
  let previous = false;
  for (const [from, to, isMatch] of parts) {
    const joins = behavior === "Contiguous" ? isMatch === previous : isMatch && !previous;
    const current = merged.at(-1);
    previous = isMatch;
    if (!joins || current === undefined) merged.push([from, to]);
    else if (backward) current[0] = from;
    else current[1] = to;
  }
  return backward ? merged.reverse() : merged;
}
