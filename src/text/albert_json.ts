/**
 * Converts a SentencePiece model with ALBERT's cleaning to a `tokenizer.json` for which Hugging
 * Face's `tokenizers` gives the same ids.
 *
 * Source: huggingface/transformers, `convert_slow_tokenizer.py` (`SpmConverter`,
 * `AlbertConverter`), with other steps where that converter gives different ids: marks whose
 * combining class is 0 stay, a capital sigma at the end of a word becomes ς, and the options of
 * the model's normalizer are applied.
 *
 * @module
 */
import type { CleaningOptions } from "./albert_cleaning.ts";
import { isWhitespace } from "./albert_cleaning.ts";
import { hasCombiningClass } from "./combining_class.ts";
import { endsInDigitComma } from "./digit_comma.ts";
import { NO_COMPATIBILITY_DECOMPOSITION } from "./pipeline/unicode_tables.ts";
import { Normalizer } from "./normalizer.ts";
import { PieceType, type SentencePieceModel } from "./sentencepiece_model.ts";
import type { SentencePieceSegmenter } from "./sentencepiece_segmenter.ts";
import { compileRules } from "./training/normalization_rules.ts";

/** The converter subtracts this from the score of pieces such as "9,", so they are never selected. */
export const DIGIT_COMMA_PENALTY = 100;

const META = "▁";
const METASPACE = { type: "Metaspace", replacement: META, prepend_scheme: "always", split: true };

/** The steps of a `tokenizer.json` around its vocabulary. */
export interface JsonSteps {
  readonly normalizer: object;
  readonly pre_tokenizer: object | null;
  readonly decoder: object;
}

/**
 * Returns the reason why a `tokenizer.json` cannot express a segmenter, or null if it can.
 */
export function inexpressible(
  { model, options: { splitDigitComma } }: SentencePieceSegmenter,
): string | null {
  const { precompiledCharsmap, addDummyPrefix = true } = model.normalizerSpec;
  const suffix = model.trainerSpec.treatWhitespaceAsSuffix ?? false;
  const normalizer = charactersOf(precompiledCharsmap);
  for (const character of [ISOLATE, GUARD, END]) {
    if (normalizer.normalize(character) !== character) {
      return `its steps require that the model's rules leave ${codePoint(character)} alone`;
    }
  }
  for (const { piece, type, score } of model.pieces) {
    const name = JSON.stringify(piece);
    if (type === PieceType.unused) return `it has no unused pieces, such as ${name}`;
    if (type === PieceType.normal && score === 0) {
      return `it cannot distinguish ${name}, whose score is 0, from a user-defined symbol`;
    }
    const inPlace = addDummyPrefix ? suffix : piece.startsWith(META);
    if (splitDigitComma && inPlace && endsInDigitComma(piece)) {
      return `it cannot cut ${name} as ALBERT's rule for numbers does in a model without a prefix`;
    }
    if (type === PieceType.userDefined && normalizer.normalize(piece) !== piece) {
      return `it normalizes the user-defined symbol ${name}, which SentencePiece does not`;
    }
  }
  return null;
}

/** Whether text can be split at white space before the model, which is faster. */
function cutsWords(model: SentencePieceModel, cleaning: CleaningOptions): boolean {
  const { normalizerSpec: spec, trainerSpec } = model;
  return cleaning.foldWhitespace && (spec.addDummyPrefix ?? true) &&
    (spec.removeExtraWhitespaces ?? true) && (spec.escapeWhitespaces ?? true) &&
    !trainerSpec.treatWhitespaceAsSuffix &&
    model.pieces.every(({ piece }) => piece.indexOf(META, 1) < 0);
}

/**
 * Returns the steps that give a model's ids.
 *
 * @param model The model.
 * @param cleaning The cleaning before it.
 */
export function albertSteps(model: SentencePieceModel, cleaning: CleaningOptions): JsonSteps {
  return cutsWords(model, cleaning)
    ? wordSteps(model.normalizerSpec.precompiledCharsmap, cleaning)
    : sentenceSteps(model, cleaning);
}

/** Steps for models that segment words one by one. */
export function wordSteps(
  charsmap: Uint8Array | undefined,
  cleaning: Omit<CleaningOptions, "foldWhitespace">,
): JsonSteps {
  const steps = [
    fold(),
    ...cleaningSteps(cleaning),
    ...charsmapSteps(charsmap, cleaning.stripAccents),
  ];
  if (charactersOf(charsmap).normalize(META) === META) {
    // SentencePiece trims ▁ in text like spaces, and adds one at the start.
    steps.push(replace({ Regex: `[${META} ]+\\z` }, ""));
    steps.push(replace({ Regex: `(?<![^ ])${META}` }, META + META));
  }
  steps.push(replace({ Regex: " {2,}" }, " "));
  return {
    normalizer: sequence(steps),
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [{ type: "WhitespaceSplit" }, METASPACE],
    },
    decoder: METASPACE,
  };
}

/** Steps for models that segment a whole text. */
function sentenceSteps(
  { normalizerSpec: spec, trainerSpec }: SentencePieceModel,
  cleaning: CleaningOptions,
): JsonSteps {
  const dummy = spec.addDummyPrefix ?? true, trims = spec.removeExtraWhitespaces ?? true;
  const suffix = dummy && (trainerSpec.treatWhitespaceAsSuffix ?? false);
  const prefix = dummy && !suffix;
  const space = spec.escapeWhitespaces ?? true ? META : " ";
  const steps: object[] = [];
  if (cleaning.foldWhitespace) steps.push(fold(), replace({ Regex: "\\A +| +\\z" }, ""));
  steps.push(...cleaningSteps(cleaning));
  // Before the rules, since a text that they empty still gets a ▁.
  if (prefix && !trims) steps.push({ type: "Prepend", prepend: " " });
  if (suffix) steps.push(replace({ Regex: "(?<=.)\\z" }, END));
  steps.push(...charsmapSteps(spec.precompiledCharsmap, cleaning.stripAccents));
  if (trims) {
    steps.push(
      replace({ Regex: `\\A +|[${space} ]+(?=${suffix ? END : "\\z"})` }, ""),
      replace({ Regex: " {2,}" }, " "),
    );
  }
  if (space === META) steps.push(replace({ String: " " }, META));
  if (suffix) steps.push(replace({ Regex: `\\A${END}` }, ""), replace({ String: END }, space));
  if (prefix && trims) steps.push({ type: "Prepend", prepend: space });
  const decoders: object[] = [replace({ String: META }, " "), { type: "Fuse" }];
  if (dummy) {
    const [start, stop] = suffix ? [0, 1] : [1, 0];
    decoders.push({ type: "Strip", content: " ", start, stop });
  }
  return {
    normalizer: sequence(steps),
    pre_tokenizer: null,
    decoder: { type: "Sequence", decoders },
  };
}

/**
 * Finds a piece such as "9,", which ALBERT's rule cuts after segmentation. A lower score keeps the
 * piece from being selected, but then the text around it may get other pieces.
 */
export function digitCommaPiece({ pieces }: SentencePieceModel): string | undefined {
  return pieces.find(({ piece, type }) => type === PieceType.normal && endsInDigitComma(piece))
    ?.piece;
}

/** The vocabulary with scores. */
export function unigramVocabulary(
  model: SentencePieceModel,
  splitDigitComma: boolean,
): [string, number][] {
  return model.pieces.map(({ piece, score, type }) => [
    piece,
    splitDigitComma && type !== PieceType.userDefined && endsInDigitComma(piece)
      ? score - DIGIT_COMMA_PENALTY
      : score,
  ]);
}

function cleaningSteps(cleaning: Omit<CleaningOptions, "foldWhitespace">): object[] {
  const steps: object[] = [];
  if (cleaning.replaceQuotes) {
    steps.push(replace({ String: "``" }, '"'), replace({ String: "''" }, '"'));
  }
  if (cleaning.stripAccents) {
    steps.push(
      newDecompositions(),
      { type: "NFKD" },
      replace({ Regex: `[${droppedMarks()}]` }, ""),
    );
  }
  if (cleaning.lowerCase) {
    steps.push(replace({ Regex: finalSigma() }, "ς"), { type: "Lowercase" });
  }
  return steps;
}

let cachedDecompositions: object | undefined;

/** Returns the decompositions that the library's NFKD does not have, whose tables are older. */
function newDecompositions(): object {
  if (cachedDecompositions === undefined) {
    const isNew = new RegExp(`^[${NO_COMPATIBILITY_DECOMPOSITION}]$`, "u");
    const rules = new Map<string, string>();
    for (let code = 0; code < 0x20000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const character = String.fromCodePoint(code);
      if (isNew.test(character)) rules.set(character, character.normalize("NFKD"));
    }
    const precompiled_charsmap = toBase64(compileRules(rules));
    cachedDecompositions = { type: "Precompiled", precompiled_charsmap };
  }
  return cachedDecompositions;
}

/**
 * Returns the model's rules. Precompiled applies at most one rule to a grapheme of several characters.
 * So each character becomes a grapheme, and NFC replaces the rules that compose characters.
 */
function charsmapSteps(map: Uint8Array | undefined, decomposed: boolean): object[] {
  if (map === undefined || map.length === 0) return [];
  const composes = charactersOf(map).normalize("\u1100\u1161\u11a8") === "\uac01";
  const isolated = "(?<=[^ -~])(?=[^ -~])|(?<=[ -~])(?=\\p{M})";
  const steps: object[] = [];
  const guarded = composes && !decomposed;
  if (guarded) steps.push(replace({ Regex: outOfOrder() }, GUARD));
  if (composes) steps.push({ type: "NFC" });
  // Rules that fold case do not compose the folded characters.
  const folds = charactersOf(map).normalize("A") === "a";
  if (guarded && folds) steps.push(replace({ Regex: "(?<=\\p{Lu})(?=\\p{M})" }, GUARD));
  steps.push(
    replace({ Regex: isolated }, ISOLATE),
    { type: "Precompiled", precompiled_charsmap: toBase64(map) },
    replace({ String: ISOLATE }, ""),
  );
  if (composes) steps.push({ type: "NFC" });
  if (guarded) steps.push(replace({ String: GUARD }, ""));
  return steps;
}

/** A format character, which is a separate grapheme. */
const ISOLATE = "\u{e0001}";
/** Private characters: one that keeps marks apart, and one that marks the end of a text. */
const GUARD = "\u{10fffd}", END = "\u{10fffc}";

function codePoint(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase()}`;
}

/** A model's rules for single characters. */
function charactersOf(precompiledCharsmap: Uint8Array | undefined): Normalizer {
  return new Normalizer({
    precompiledCharsmap,
    addDummyPrefix: false,
    removeExtraWhitespaces: false,
    escapeWhitespaces: false,
  });
}

/**
 * Places between two marks that no composed character has in this order. NFC would reorder them or
 * compose across them, but the rules do not.
 */
function outOfOrder(): string {
  if (cachedOrder === undefined) {
    const pairs = new Map<string, Set<string>>();
    for (let code = 0xc0; code < 0x1f000; code++) {
      if (code >= 0xac00 && code < 0xe000) continue;
      const [, ...marks] = [...String.fromCodePoint(code).normalize("NFD")];
      for (let i = 0; i + 1 < marks.length; i++) {
        if (!hasCombiningClass(marks[i]) || !hasCombiningClass(marks[i + 1])) continue;
        pairs.set(marks[i], (pairs.get(marks[i]) ?? new Set()).add(marks[i + 1]));
      }
    }
    const mark = `[${droppedMarks()}]`;
    const allowed = [...pairs].map(([first, seconds]) =>
      `(?<=${first})(?=[${[...seconds].join("")}])`
    );
    cachedOrder = `(?<=${mark})(?=${mark})(?!${allowed.join("|")})`;
  }
  return cachedOrder;
}

let cachedOrder: string | undefined;

/** Python's white space as one space. */
function fold(): object {
  return replace({ Regex: `[${whitespace()}]+` }, " ");
}

let cachedWhitespace: string | undefined;
let cachedMarks: string | undefined;
let cachedSigma: string | undefined;

function whitespace(): string {
  return cachedWhitespace ??= codeClass(isWhitespace, 0x3001);
}

/** Marks whose combining class is not 0, which cleaning drops. */
function droppedMarks(): string {
  return cachedMarks ??= codeClass((code) => hasCombiningClass(String.fromCodePoint(code)));
}

/** A capital sigma that a letter precedes and none follows (Unicode, `Final_Sigma`). */
function finalSigma(): string {
  if (cachedSigma === undefined) {
    const cased = propertyClass(/^\p{Cased}$/u);
    const ignorable = propertyClass(/^\p{Case_Ignorable}$/u);
    cachedSigma = `(?<=[${cased}][${ignorable}]*)Σ(?![${ignorable}]*[${cased}])`;
  }
  return cachedSigma;
}

function propertyClass(property: RegExp): string {
  return codeClass((code) => property.test(String.fromCodePoint(code)));
}

/** The content of a character class with all code points that a test accepts. */
function codeClass(test: (code: number) => boolean, end = 0x110000): string {
  let content = "", from = -1;
  for (let code = 0; code <= end; code++) {
    const inside = code < end && (code < 0xd800 || code > 0xdfff) && test(code);
    if (inside && from < 0) from = code;
    if (inside || from < 0) continue;
    content += `\\x{${from.toString(16)}}`;
    if (code - 1 > from) content += `-\\x{${(code - 1).toString(16)}}`;
    from = -1;
  }
  return content;
}

function sequence(normalizers: object[]): object {
  return { type: "Sequence", normalizers };
}

function replace(pattern: { String: string } | { Regex: string }, content: string): object {
  return { type: "Replace", pattern, content };
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
