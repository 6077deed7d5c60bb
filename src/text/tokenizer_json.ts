/**
 * Reads Hugging Face `tokenizer.json` files in the form that the converters of ALBERT and BERT write.
 *
 * The vocabulary and the cleaning are applied as in ALBERT's code and SentencePiece, so the ids are
 * those of the `spiece.model` from which the file was converted.
 *
 * Source: huggingface/transformers, `convert_slow_tokenizer.py` (`AlbertConverter`,
 * `BertConverter`) and `models/albert/tokenization_albert.py`.
 *
 * @module
 */
import { isObject, parseJson, quote, shown } from "../json/mod.ts";
import { type CleaningOptions, NO_CLEANING } from "./albert_cleaning.ts";
import { endsInDigitComma } from "./digit_comma.ts";
import type { Segmenter } from "./segmenter.ts";
import {
  type NormalizerSpec,
  PieceType,
  type PieceTypeValue,
  type SentencePiece,
} from "./sentencepiece_model.ts";
import { SentencePieceSegmenter } from "./sentencepiece_segmenter.ts";
import type { TokenizerOptions } from "./segmenter.ts";
import { WordPieceSegmenter } from "./wordpiece_segmenter.ts";

/** The converter subtracts this from the score of pieces such as "9,", so that they are never selected. */
export const DIGIT_COMMA_PENALTY = 100;

/** A part of the file: `{"type": "...", ...}`. */
interface Part {
  type?: string;
  [key: string]: unknown;
}

/** The parts of a `tokenizer.json` that are supported. */
interface TokenizerFile {
  model: Part;
  normalizer?: Part | null;
  pre_tokenizer?: Part | null;
  added_tokens?: { id: number; content: string; special?: boolean }[];
}

/**
 * Creates a segmenter from a `tokenizer.json`.
 *
 * @param json The file's text, or the parsed object.
 * @param options Cleaning that overrides the file.
 * @returns The segmenter.
 * @throws {SyntaxError} If the file is not a valid tokenizer.json.
 * @throws {TypeError} If a part of it is not supported.
 */
export function segmenterFromJson(json: string | object, options: TokenizerOptions): Segmenter {
  const source = options.source ?? "tokenizer.json";
  const file = parse(json, source);
  const type = file.model.type ?? (Array.isArray(file.model.vocab) ? "Unigram" : "WordPiece");
  if (type === "WordPiece") return wordPiece(file, options, source);
  if (type !== "Unigram") {
    throw new TypeError(
      `Cannot use ${source}: the type of its model is ${
        shown(type)
      }, but only Unigram and WordPiece are supported`,
    );
  }
  return unigram(file, options, source);
}

function parse(json: string | object, source: string): TokenizerFile {
  let value: unknown = json;
  if (typeof json === "string") {
    try {
      value = parseJson(json);
    } catch (cause) {
      throw new SyntaxError(`Cannot read ${source}: ${(cause as Error).message}`, { cause });
    }
  }
  if (!isObject(value) || !isObject(value.model) || !value.model.vocab) {
    throw new SyntaxError(
      `Cannot read ${source}: it is not a tokenizer.json, since it has no model.vocab`,
    );
  }
  const { normalizer, pre_tokenizer: splitter, added_tokens: added = [] } = value;
  for (const [name, part] of Object.entries({ normalizer, pre_tokenizer: splitter })) {
    if (part !== undefined && part !== null && !isObject(part)) {
      throw new SyntaxError(`Cannot read ${source}: ${name} must be an object, got ${quote(part)}`);
    }
  }
  if (!Array.isArray(added) || !added.every(isObject)) {
    throw new SyntaxError(`Cannot read ${source}: added_tokens must be a list of objects`);
  }
  return value as unknown as TokenizerFile;
}

function unigram(file: TokenizerFile, options: TokenizerOptions, source: string): Segmenter {
  const { vocab, unk_id: unknownId, byte_fallback: byteFallback } = file.model;
  if (!Array.isArray(vocab) || typeof unknownId !== "number") {
    throw new SyntaxError(
      `Cannot read ${source}: its Unigram model has no list vocab or no unk_id`,
    );
  }
  const cleaning: CleaningOptions = { ...NO_CLEANING };
  const normalizerSpec: NormalizerSpec = {
    name: "from tokenizer.json",
    addDummyPrefix: false,
    removeExtraWhitespaces: true,
    escapeWhitespaces: true,
  };
  let decomposes = false, stripsMarks = false;
  for (const part of flatten(file.normalizer, "normalizers")) {
    const replaced = replacedText(part);
    if (replaced === "``" || replaced === "''") cleaning.replaceQuotes = true;
    else if (part.type === "NFKD") decomposes = true;
    else if (part.type === "StripAccents") stripsMarks = true;
    else if (part.type === "Lowercase") cleaning.lowerCase = true;
    else if (part.type === "Precompiled") {
      normalizerSpec.precompiledCharsmap = fromBase64(part.precompiled_charsmap, source);
    } else if (replaced !== " {2,}" && part.type !== "Strip") {
      unsupported("normalizer", part, source);
    }
  }
  cleaning.stripAccents = decomposes && stripsMarks;
  for (const part of flatten(file.pre_tokenizer, "pretokenizers")) {
    if (part.type === "Metaspace") {
      normalizerSpec.addDummyPrefix = part.prepend_scheme !== undefined
        ? part.prepend_scheme !== "never"
        : part.add_prefix_space !== false;
    } else if (part.type !== "WhitespaceSplit") unsupported("pre_tokenizer", part, source);
  }
  // Only the converters of ALBERT and XLNet write the quotes.
  const isAlbert = cleaning.replaceQuotes;
  cleaning.foldWhitespace = isAlbert;
  cleaning.lowerCase = options.lowerCase ?? cleaning.lowerCase;
  cleaning.stripAccents = options.stripAccents ?? cleaning.stripAccents;
  return new SentencePieceSegmenter({
    pieces: unigramPieces(vocab, unknownId, file.added_tokens ?? [], source),
    trainerSpec: { modelType: 1, vocabSize: vocab.length, byteFallback: byteFallback === true },
    normalizerSpec,
  }, {
    cleaning: options.raw ? NO_CLEANING : cleaning,
    splitDigitComma: isAlbert && !options.raw,
  });
}

/**
 * Restores the types of pieces, which the file does not contain. Special added tokens were control
 * symbols. A score of 0 is that of a user-defined symbol, since no trained piece has probability 1.
 */
function unigramPieces(
  vocab: unknown[],
  unknownId: number,
  addedTokens: { id: number; content: string; special?: boolean }[],
  source: string,
): SentencePiece[] {
  const special = new Set(addedTokens.filter((token) => token.special).map((token) => token.id));
  let lowest = 0;
  const entries = vocab.map((entry, id) => {
    const [piece, score] = Array.isArray(entry) ? entry : [];
    if (typeof piece !== "string" || typeof score !== "number") {
      throw new SyntaxError(
        `Cannot read ${source}: entry ${id} of model.vocab is not [piece, score]`,
      );
    }
    if (!endsInDigitComma(piece)) lowest = Math.min(lowest, score);
    return { piece, score };
  });
  return entries.map(({ piece, score }, id) => {
    let type: PieceTypeValue = PieceType.normal;
    if (id === unknownId) type = PieceType.unknown;
    else if (special.has(id)) type = PieceType.control;
    else if (score === 0) type = PieceType.userDefined;
    // A score far below that of every other piece includes the converter's penalty, which is removed exactly.
    const penalized = score < lowest - DIGIT_COMMA_PENALTY / 2 && endsInDigitComma(piece);
    return { piece, type, score: Math.fround(penalized ? score + DIGIT_COMMA_PENALTY : score) };
  });
}

function wordPiece(file: TokenizerFile, options: TokenizerOptions, source: string): Segmenter {
  const entries = Object.entries(file.model.vocab as Record<string, unknown>);
  const pieces: (string | undefined)[] = new Array(entries.length).fill(undefined);
  for (const [piece, id] of entries) {
    if (!(Number.isInteger(id) && (id as number) >= 0)) {
      throw new SyntaxError(
        `Cannot read ${source}: the id of ${
          quote(piece)
        } in model.vocab must be a non-negative integer, got ${quote(id)}`,
      );
    }
    if ((id as number) < pieces.length) pieces[id as number] = piece;
  }
  const missing = pieces.indexOf(undefined);
  if (missing >= 0) {
    throw new SyntaxError(`Cannot read ${source}: model.vocab has no piece with id ${missing}`);
  }
  const normalizer = file.normalizer;
  if (normalizer && normalizer.type !== "BertNormalizer") {
    unsupported("normalizer", normalizer, source);
  }
  const splitter = file.pre_tokenizer;
  if (splitter && splitter.type !== "BertPreTokenizer") {
    unsupported("pre_tokenizer", splitter, source);
  }
  const { unk_token: unknownToken, continuing_subword_prefix: continuingPrefix } = file.model;
  const { max_input_chars_per_word: maxCharactersPerWord } = file.model;
  const strings = { unk_token: unknownToken, continuing_subword_prefix: continuingPrefix };
  for (const [name, value] of Object.entries(strings)) {
    if (value !== undefined && typeof value !== "string") {
      throw new SyntaxError(
        `Cannot read ${source}: model.${name} must be a string, got ${quote(value)}`,
      );
    }
  }
  if (maxCharactersPerWord !== undefined && typeof maxCharactersPerWord !== "number") {
    throw new SyntaxError(
      `Cannot read ${source}: model.max_input_chars_per_word must be a number, got ${
        quote(maxCharactersPerWord)
      }`,
    );
  }
  return new WordPieceSegmenter(pieces as string[], {
    lowerCase: options.lowerCase ?? (normalizer?.lowercase === true),
    stripAccents: options.stripAccents ??
      (normalizer?.strip_accents as boolean | null ?? undefined),
    cleanText: normalizer?.clean_text !== false,
    splitChinese: normalizer?.handle_chinese_chars !== false,
    unknownToken: unknownToken as string | undefined,
    continuingPrefix: continuingPrefix as string | undefined,
    maxCharactersPerWord,
  });
}

/** Returns the steps of a part, with nested sequences flattened. */
function flatten(part: Part | null | undefined, key: string): Part[] {
  const steps: Part[] = [];
  const open = part ? [part] : [];
  while (open.length > 0) {
    const next = open.shift()!;
    if (next.type !== "Sequence") steps.push(next);
    else if (Array.isArray(next[key])) open.unshift(...next[key].map(asPart));
  }
  return steps;
}

/** Returns a step; a value that is not an object becomes a step without a type, which is rejected. */
function asPart(value: unknown): Part {
  return isObject(value) ? value : {};
}

function fromBase64(text: unknown, source: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text as string), (character) => character.charCodeAt(0));
  } catch {
    throw new SyntaxError(
      `Cannot read ${source}: precompiled_charsmap of its normalizer is not valid base64`,
    );
  }
}

function replacedText(part: Part): string | undefined {
  if (part.type !== "Replace") return undefined;
  if (!isObject(part.pattern)) return undefined;
  const { String: text, Regex: expression } = part.pattern;
  const replaced = text ?? expression;
  return typeof replaced === "string" ? replaced : undefined;
}

function unsupported(field: string, part: Part, source: string): never {
  const step = part.type === "Replace"
    ? `Replace of ${quote(replacedText(part))}`
    : shown(part.type);
  throw new TypeError(
    `Cannot use ${source}: its ${field} has the step ${step}, which is not supported`,
  );
}
