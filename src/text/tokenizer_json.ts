/**
 * Reading of Hugging Face `tokenizer.json` files, as the converters of ALBERT and BERT write them.
 *
 * The file is taken as a description of the vocabulary and the clean-up, and is carried out as
 * ALBERT's own code and SentencePiece do: the ids are those of the `spiece.model` it was made from.
 *
 * Source: huggingface/transformers, `convert_slow_tokenizer.py` (`AlbertConverter`,
 * `BertConverter`) and `models/albert/tokenization_albert.py`.
 *
 * @module
 */
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
import type { TokenizerOptions } from "./tokenizer_options.ts";
import { WordPieceSegmenter } from "./wordpiece_segmenter.ts";

/** What the converter takes off the score of pieces such as "9,", so that they never win. */
export const DIGIT_COMMA_PENALTY = 100;

/** A part of the file: `{"type": "...", ...}`. */
interface Part {
  type?: string;
  [key: string]: unknown;
}

/** The parts of a `tokenizer.json` that are read here. */
interface TokenizerFile {
  model: Part;
  normalizer?: Part | null;
  pre_tokenizer?: Part | null;
  added_tokens?: { id: number; content: string; special?: boolean }[];
}

/**
 * Makes a segmenter from a `tokenizer.json`.
 *
 * @param json The file's text, or what it parses to.
 * @param options Cleaning that overrides the file.
 * @returns The segmenter.
 * @throws {SyntaxError} If it is no tokenizer.json.
 * @throws {TypeError} If a part of it is not supported.
 */
export function segmenterFromJson(json: string | object, options: TokenizerOptions): Segmenter {
  const source = options.source ?? "tokenizer.json";
  const file = parse(json, source);
  const type = file.model.type ?? (Array.isArray(file.model.vocab) ? "Unigram" : "WordPiece");
  if (type === "WordPiece") return wordPiece(file, options, source);
  if (type !== "Unigram") {
    throw new TypeError(
      `Cannot use ${source}: its model is ${type}, and only Unigram and WordPiece are supported`,
    );
  }
  return unigram(file, options, source);
}

function parse(json: string | object, source: string): TokenizerFile {
  let value: unknown = json;
  if (typeof json === "string") {
    try {
      value = JSON.parse(json);
    } catch (cause) {
      throw new SyntaxError(`Cannot read ${source}: it is not JSON (${(cause as Error).message})`, {
        cause,
      });
    }
  }
  const model = (value as TokenizerFile | null)?.model;
  if (typeof model !== "object" || model === null || !model.vocab) {
    throw new SyntaxError(`Cannot read ${source}: it is no tokenizer.json, it has no model.vocab`);
  }
  return value as TokenizerFile;
}

function unigram(file: TokenizerFile, options: TokenizerOptions, source: string): Segmenter {
  const { vocab, unk_id: unknownId, byte_fallback: byteFallback } = file.model;
  if (!Array.isArray(vocab) || typeof unknownId !== "number") {
    throw new SyntaxError(`Cannot read ${source}: its Unigram model lacks a vocab list or unk_id`);
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
      normalizerSpec.precompiledCharsmap = Uint8Array.from(
        atob(String(part.precompiled_charsmap ?? "")),
        (character) => character.charCodeAt(0),
      );
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
  // The quotes are what only ALBERT's and XLNet's converters write.
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
 * The file knows no types. Special added tokens were control symbols, and a score of exactly 0
 * is what SentencePiece gives a user-defined symbol: no trained piece has probability 1.
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
    // A score far below every other piece has the converter's penalty, which is undone exactly.
    const penalised = score < lowest - DIGIT_COMMA_PENALTY / 2 && endsInDigitComma(piece);
    return { piece, type, score: Math.fround(penalised ? score + DIGIT_COMMA_PENALTY : score) };
  });
}

function wordPiece(file: TokenizerFile, options: TokenizerOptions, source: string): Segmenter {
  const vocab = file.model.vocab as Record<string, number>;
  const pieces: string[] = [];
  for (const [piece, id] of Object.entries(vocab)) pieces[id] = piece;
  for (let id = 0; id < pieces.length; id++) {
    if (pieces[id] === undefined) {
      throw new SyntaxError(`Cannot read ${source}: model.vocab has no piece with id ${id}`);
    }
  }
  const normalizer = file.normalizer;
  if (normalizer && normalizer.type !== "BertNormalizer") {
    unsupported("normalizer", normalizer, source);
  }
  const splitter = file.pre_tokenizer;
  if (splitter && splitter.type !== "BertPreTokenizer") {
    unsupported("pre_tokenizer", splitter, source);
  }
  return new WordPieceSegmenter(pieces, {
    lowerCase: options.lowerCase ?? (normalizer?.lowercase === true),
    stripAccents: options.stripAccents ??
      (normalizer?.strip_accents as boolean | null ?? undefined),
    cleanText: normalizer?.clean_text !== false,
    splitChinese: normalizer?.handle_chinese_chars !== false,
    unknownToken: file.model.unk_token as string | undefined,
    continuingPrefix: file.model.continuing_subword_prefix as string | undefined,
    maxCharactersPerWord: file.model.max_input_chars_per_word as number | undefined,
  });
}

function flatten(part: Part | null | undefined, key: string): Part[] {
  if (!part) return [];
  return part.type === "Sequence" ? (part[key] as Part[]).flatMap((p) => flatten(p, key)) : [part];
}

function replacedText(part: Part): string | undefined {
  if (part.type !== "Replace") return undefined;
  const pattern = part.pattern as { String?: string; Regex?: string } | undefined;
  return pattern?.String ?? pattern?.Regex;
}

function unsupported(field: string, part: Part, source: string): never {
  const shown = part.type === "Replace"
    ? `Replace of ${JSON.stringify(replacedText(part))}`
    : part.type;
  throw new TypeError(
    `Cannot use ${source}: its ${field} has a step that is not supported, ${shown}`,
  );
}
