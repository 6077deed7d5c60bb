/**
 * Reads Hugging Face `tokenizer.json` files.
 *
 * Files in the form that this toolkit writes use the SentencePiece model that they were made from,
 * and BERT's files use WordPiece; both are fast. All others are executed step by step.
 *
 * @module
 */
import { isObject, parseJson } from "../json/mod.ts";
import { ALBERT_CLEANING, type CleaningOptions, NO_CLEANING } from "./albert_cleaning.ts";
import { albertSteps, DIGIT_COMMA_PENALTY, type JsonSteps, wordSteps } from "./albert_json.ts";
import { endsInDigitComma } from "./digit_comma.ts";
import { type AddedToken, isPlain } from "./pipeline/added_tokens.ts";
import { type LengthBlocks, lengthBlocks } from "./pipeline/length_blocks.ts";
import { wordPieces } from "./pipeline/models.ts";
import { fromBase64 } from "./pipeline/normalizers.ts";
import { type Part, stepsOf, UnsupportedPart } from "./pipeline/parts.ts";
import { PipelineSegmenter, type TokenizerJson } from "./pipeline/pipeline_segmenter.ts";
import type { LayoutTokens } from "./pipeline/post_processor.ts";
import type { Segmenter } from "./segmenter.ts";
import {
  PieceType,
  type PieceTypeValue,
  type SentencePiece,
  type SentencePieceModel,
} from "./sentencepiece_model.ts";
import { SentencePieceSegmenter } from "./sentencepiece_segmenter.ts";
import { ALBERT_SPECIAL_TOKENS, BERT_SPECIAL_TOKENS } from "./special_tokens.ts";
import type { TokenizerOptions } from "./tokenizer_options.ts";
import { WordPieceSegmenter } from "./wordpiece_segmenter.ts";

/** A tokenizer as a file describes it. */
export interface ReadJson {
  readonly segmenter: Segmenter;
  /** Names of the pieces around texts; null if the file does not define them. */
  readonly layout: LayoutTokens | null;
  /** Its truncation and padding, which have no effect. */
  readonly lengths: LengthBlocks;
}

/** The content of a `tokenizer.json` before its parts are read. */
export function parseTokenizerJson(json: string | object, source: string): TokenizerJson {
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
      `Cannot read ${source}: it is not a tokenizer.json, it has no model.vocab`,
    );
  }
  const { added_tokens: added } = value;
  if (added !== undefined && added !== null && !Array.isArray(added)) {
    throw new SyntaxError(`Cannot read ${source}: its added_tokens are not a list`);
  }
  return value as unknown as TokenizerJson;
}

/**
 * Creates a segmenter from a `tokenizer.json`.
 *
 * @param json The file's text, or the parsed object.
 * @param options Cleaning that overrides the file.
 * @returns The segmenter and the layout.
 * @throws {SyntaxError} If it is not a valid tokenizer.json.
 * @throws {TypeError} If a part of it is not supported.
 */
export function segmenterFromJson(json: string | object, options: TokenizerOptions): ReadJson {
  const source = options.source ?? "tokenizer.json";
  const file = parseTokenizerJson(json, source);
  return naming(source, () => {
    const changed = overridden(file, options);
    // All parts are read, so that none is ignored.
    const pipeline = new PipelineSegmenter(changed);
    const segmenter = fromOwnForm(changed, pipeline.addedTokens, options) ??
      fromBertForm(changed, pipeline.addedTokens) ?? pipeline;
    if (options.raw && !(segmenter instanceof SentencePieceSegmenter)) {
      throw new UnsupportedPart("text without normalization (--raw) requires a spiece.model");
    }
    return { segmenter, layout: pipeline.layout, lengths: pipeline.lengths };
  });
}

/** The truncation and padding of a file that is not read otherwise. */
export function lengthsOf(file: TokenizerJson, source: string): LengthBlocks {
  return naming(source, () => lengthBlocks(file));
}

/** Adds the name of the file to errors. */
function naming<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof UnsupportedPart) throw new TypeError(`Cannot use ${source}: ${message}`);
    if (error instanceof SyntaxError) throw new SyntaxError(`Cannot read ${source}: ${message}`);
    throw error;
  }
}

/** ALBERT's and XLNet's converters write two steps that replace quotes. */
const QUOTES = ["``", "''"].map((text) => ({
  type: "Replace",
  pattern: { String: text },
  content: '"',
}));

/** The steps for case and accents of a file. */
interface CaseSteps {
  readonly lowerCase: boolean;
  readonly stripAccents: boolean;
}

/** Which steps for case and accents a file has. */
function caseSteps(file: TokenizerJson): CaseSteps {
  const steps = stepsOf(file.normalizer, "normalizers", "normalizer");
  const bert = steps.find(({ type }) => type === "BertNormalizer");
  const lowercase = bert !== undefined && bert.lowercase !== false;
  return {
    lowerCase: lowercase || steps.some(({ type }) => type === "Lowercase"),
    stripAccents: bert !== undefined
      ? (bert.strip_accents as boolean | null | undefined) ?? lowercase
      : steps.some(({ type }) => type === "StripAccents") ||
        steps.some((step, i) => step.type === "NFKD" && isMarkRemoval(steps[i + 1])),
  };
}

/** Whether this toolkit writes the step instead of StripAccents. */
function isMarkRemoval(step: Part | undefined): boolean {
  const own = wordSteps(undefined, { ...NO_CLEANING, stripAccents: true }).normalizer as Part;
  const steps = own.normalizers as Part[];
  const removal = steps[steps.findIndex(({ type }) => type === "NFKD") + 1];
  return step !== undefined && JSON.stringify(removal) === JSON.stringify(step);
}

/**
 * Returns the file with other settings for case and accents.
 *
 * @throws {UnsupportedPart} If its steps cannot be changed.
 */
function overridden(file: TokenizerJson, options: TokenizerOptions): TokenizerJson {
  const { lowerCase, stripAccents, splitChinese } = options;
  const now = caseSteps(file);
  const steps = stepsOf(file.normalizer, "normalizers", "normalizer");
  const [bert] = steps;
  if (steps.length === 1 && bert.type === "BertNormalizer") {
    const normalizer = { ...bert };
    if (lowerCase !== undefined) normalizer.lowercase = lowerCase;
    if (stripAccents !== undefined) normalizer.strip_accents = stripAccents;
    if (splitChinese !== undefined) normalizer.handle_chinese_chars = splitChinese;
    return { ...file, normalizer };
  }
  const wanted = {
    lowerCase: lowerCase ?? now.lowerCase,
    stripAccents: stripAccents ?? now.stripAccents,
  };
  if (splitChinese !== undefined) {
    throw new UnsupportedPart(
      `tokenize_chinese_chars is ${splitChinese}, but its normalizer is not a BertNormalizer`,
    );
  }
  if (wanted.lowerCase === now.lowerCase && wanted.stripAccents === now.stripAccents) return file;
  const cleaning = ownCleaning(file);
  if (cleaning !== null) {
    const { normalizer } = wordSteps(charsmapOf(file), { ...cleaning, ...wanted });
    return { ...file, normalizer };
  }
  const [first, second] = steps;
  if (JSON.stringify([first, second]) !== JSON.stringify(QUOTES)) {
    throw new UnsupportedPart(
      `do_lower_case ${wanted.lowerCase} and keep_accents ${!wanted
        .stripAccents} were requested, ` +
        "but its normalizer has other steps that cannot be changed",
    );
  }
  const kept = steps.slice(2).filter(({ type }) =>
    !["NFKD", "StripAccents", "Lowercase"].includes(type ?? "")
  );
  const normalizers = [
    ...[first, second],
    ...wanted.stripAccents ? [{ type: "NFKD" }, { type: "StripAccents" }] : [],
    ...wanted.lowerCase ? [{ type: "Lowercase" }] : [],
    ...kept,
  ];
  return { ...file, normalizer: { type: "Sequence", normalizers } };
}

function charsmapOf(file: TokenizerJson): Uint8Array | undefined {
  const steps = stepsOf(file.normalizer, "normalizers", "normalizer");
  // One before NFKD belongs to the cleaning.
  const step = steps.find(({ type }, i) => type === "Precompiled" && steps[i + 1]?.type !== "NFKD");
  return step && fromBase64(step.precompiled_charsmap);
}

/** Returns the cleaning of a file in the form that this toolkit writes; null for other files. */
function ownCleaning(file: TokenizerJson): CleaningOptions | null {
  if (!Array.isArray(file.model.vocab)) return null;
  const steps = stepsOf(file.normalizer, "normalizers", "normalizer");
  const cleaning: CleaningOptions = {
    foldWhitespace: true,
    replaceQuotes: JSON.stringify(steps).includes(JSON.stringify(QUOTES[0])),
    ...caseSteps(file),
  };
  return hasSteps(file, wordSteps(charsmapOf(file), cleaning)) ? cleaning : null;
}

function hasSteps(file: TokenizerJson, steps: JsonSteps): boolean {
  return (["normalizer", "pre_tokenizer", "decoder"] as const)
    .every((name) => JSON.stringify(file[name]) === JSON.stringify(steps[name]));
}

function fromOwnForm(
  file: TokenizerJson,
  added: readonly AddedToken[],
  options: TokenizerOptions,
): Segmenter | null {
  const cleaning = ownCleaning(file);
  const vocab = file.model.vocab as [string, number][];
  const { unk_id: unknownId, byte_fallback: byteFallback } = file.model;
  if (cleaning === null || typeof unknownId !== "number" || byteFallback === true) return null;
  const isControl = (token: AddedToken) => isPlain(token) && token.id < vocab.length;
  if (!added.every(isControl)) return null;
  const map = charsmapOf(file);
  return new SentencePieceSegmenter({
    pieces: unigramPieces(vocab, unknownId, new Set(added.map(({ id }) => id))),
    trainerSpec: { modelType: 1, vocabSize: vocab.length },
    normalizerSpec: {
      name: "from tokenizer.json",
      addDummyPrefix: true,
      removeExtraWhitespaces: true,
      escapeWhitespaces: true,
      ...map && { precompiledCharsmap: map },
    },
  }, {
    cleaning: options.raw ? NO_CLEANING : cleaning,
    splitDigitComma: cleaning.replaceQuotes && !options.raw,
  });
}

/**
 * The file contains no types. Special added tokens were control symbols, and pieces with a score of
 * exactly 0 were user-defined symbols: no trained piece has probability 1.
 */
function unigramPieces(
  vocab: readonly [string, number][],
  unknownId: number,
  special: ReadonlySet<number>,
): SentencePiece[] {
  let lowest = 0;
  for (const [piece, score] of vocab) {
    if (!endsInDigitComma(piece)) lowest = Math.min(lowest, score);
  }
  return vocab.map(([piece, score], id) => {
    let type: PieceTypeValue = PieceType.normal;
    if (id === unknownId) type = PieceType.unknown;
    else if (special.has(id)) type = PieceType.control;
    else if (score === 0) type = PieceType.userDefined;
    // A score far below every other piece has the converter's penalty, which is undone exactly.
    const penalized = score < lowest - DIGIT_COMMA_PENALTY / 2 && endsInDigitComma(piece);
    return { piece, type, score: Math.fround(penalized ? score + DIGIT_COMMA_PENALTY : score) };
  });
}

/** BERT's steps around a WordPiece vocabulary without other added tokens. */
function fromBertForm(file: TokenizerJson, added: readonly AddedToken[]): Segmenter | null {
  const normalizer = file.normalizer as Part | null | undefined;
  const splitter = file.pre_tokenizer as Part | null | undefined;
  const { model } = file;
  if (normalizer?.type !== "BertNormalizer" || splitter?.type !== "BertPreTokenizer") return null;
  if (Array.isArray(model.vocab)) return null;
  const pieces = wordPieces(model.vocab);
  const core = new Set<string>(Object.values(BERT_SPECIAL_TOKENS));
  const isCore = (token: AddedToken) =>
    core.has(token.content) && token.id < pieces.length && isPlain(token);
  const unknown = (model.unk_token ?? BERT_SPECIAL_TOKENS.unk) as string;
  if (!added.every(isCore) || !pieces.includes(unknown)) return null;
  const lowerCase = normalizer.lowercase !== false;
  return new WordPieceSegmenter(pieces, {
    lowerCase,
    stripAccents: (normalizer.strip_accents as boolean | null | undefined) ?? undefined,
    cleanText: normalizer.clean_text !== false,
    splitChinese: normalizer.handle_chinese_chars !== false,
    unknownToken: unknown,
    continuingPrefix: model.continuing_subword_prefix as string | undefined,
    maxCharactersPerWord: model.max_input_chars_per_word as number | undefined,
  });
}

/**
 * Whether a file is the plain conversion of a SentencePiece model, as ALBERT's converters or this
 * toolkit write it.
 *
 * @returns Its settings for case and accents, or null for other files.
 */
export function plainConversion(
  file: TokenizerJson,
  model: SentencePieceModel,
  added: readonly AddedToken[],
): CaseSteps | null {
  const { pieces } = model;
  const reserved = (id: number) =>
    pieces[id]?.type === PieceType.control || pieces[id]?.type === PieceType.unknown;
  const core = new Set<string>(Object.values(ALBERT_SPECIAL_TOKENS));
  const isReserved = (token: AddedToken) =>
    reserved(token.id) || (core.has(token.content) && token.id < pieces.length);
  if (!added.every((token) => isPlain(token) && isReserved(token))) return null;
  const own = albertSteps(model, { ...ALBERT_CLEANING, ...caseSteps(file) });
  if (hasSteps(file, own) || ownCleaning(file) !== null) return caseSteps(file);
  const allowed = ["NFKD", "StripAccents", "Lowercase", "Precompiled"];
  const steps = stepsOf(file.normalizer, "normalizers", "normalizer");
  const spaces = { type: "Replace", pattern: { Regex: " {2,}" }, content: " " };
  const known = [...QUOTES, spaces].map((step) => JSON.stringify(step));
  const others = steps.filter((step) =>
    !known.includes(JSON.stringify(step)) && !allowed.includes(step.type ?? "")
  );
  const accents = steps.filter(({ type }) => type === "NFKD" || type === "StripAccents").length;
  const splitters = stepsOf(file.pre_tokenizer, "pretokenizers", "pre_tokenizer");
  const [space, meta] = splitters;
  const plain = others.length === 0 && (accents === 0 || accents === 2) &&
    JSON.stringify(steps.slice(0, 2)) === JSON.stringify(QUOTES) &&
    splitters.length === 2 && space.type === "WhitespaceSplit" && meta.type === "Metaspace" &&
    (meta.prepend_scheme ?? "always") === "always" && meta.add_prefix_space !== false &&
    meta.split !== false;
  return plain ? caseSteps(file) : null;
}
