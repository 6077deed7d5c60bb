/**
 * A tokenizer as the files of a Hugging Face folder, which transformers' `AutoTokenizer` loads.
 *
 * Files that would give other ids are not written.
 *
 * Source: huggingface/transformers, `convert_slow_tokenizer.py` (`BertConverter`).
 *
 * @module
 */
import { albertSteps, digitCommaPiece, inexpressible, unigramVocabulary } from "./albert_json.ts";
import type { AddedToken } from "./pipeline/added_tokens.ts";
import type { LengthBlocks } from "./pipeline/length_blocks.ts";
import { PipelineSegmenter } from "./pipeline/pipeline_segmenter.ts";
import type { Segmenter } from "./segmenter.ts";
import { PieceType, writeSentencePieceModel } from "./sentencepiece_model.ts";
import { SentencePieceSegmenter } from "./sentencepiece_segmenter.ts";
import type { SpecialTokens } from "./special_tokens.ts";
import { WordPieceSegmenter } from "./wordpiece_segmenter.ts";

/** File contents by name. */
export type HuggingFaceFiles = Record<string, string | Uint8Array>;

/** Files, and the reasons for missing ones. */
export interface SavedTokenizer {
  readonly files: HuggingFaceFiles;
  /** One sentence for each file that cannot express this tokenizer, or only approximately. */
  readonly unwritten: readonly string[];
}

/** Number of positions of ALBERT and BERT. Saving a model sets the model's number. */
const MODEL_MAX_LENGTH = 512;
/** Without these names, transformers 5 omits the segment ids of a pair. */
const MODEL_INPUT_NAMES = ["input_ids", "token_type_ids", "attention_mask"];
/** The class that uses tokenizer.json unchanged; AlbertTokenizer replaces its steps. */
const JSON_CLASS = "PreTrainedTokenizerFast";

/**
 * Writes a tokenizer as the files of a Hugging Face folder.
 *
 * @param segmenter Segments text into pieces.
 * @param specialTokens Names of the special pieces.
 * @param lengths Truncation and padding of the `tokenizer.json` that it was read from.
 * @returns `special_tokens_map.json`, `tokenizer_config.json`, and those of `tokenizer.json`,
 * `spiece.model` and `vocab.txt` that give the same ids.
 * @throws {TypeError} If the segmenter is neither SentencePiece nor WordPiece nor a tokenizer.json.
 */
export function huggingFaceFiles(
  segmenter: Segmenter,
  specialTokens: SpecialTokens,
  lengths: LengthBlocks = NO_LENGTHS,
): SavedTokenizer {
  if (segmenter instanceof SentencePieceSegmenter) {
    return albertFiles(segmenter, specialTokens, lengths);
  }
  if (segmenter instanceof WordPieceSegmenter) return bertFiles(segmenter, specialTokens, lengths);
  if (segmenter instanceof PipelineSegmenter) return pipelineFiles(segmenter, specialTokens);
  throw new TypeError("Cannot write the tokenizer: it is neither SentencePiece nor WordPiece");
}

const NO_LENGTHS: LengthBlocks = { truncation: null, padding: null };

function albertFiles(
  segmenter: SentencePieceSegmenter,
  specials: SpecialTokens,
  lengths: LengthBlocks,
): SavedTokenizer {
  const { model, options: { cleaning, splitDigitComma } } = segmenter;
  const unwritten: string[] = [];
  const files: HuggingFaceFiles = { "special_tokens_map.json": json(specialTokensMap(specials)) };
  if (cleaning.replaceQuotes && splitDigitComma) {
    files["spiece.model"] = writeSentencePieceModel(model);
  } else {
    unwritten.push(
      "spiece.model is not written: it would be read with ALBERT's rules for quotes and numbers, " +
        "which this tokenizer does not have",
    );
  }
  const reason = inexpressible(segmenter);
  if (reason === null) {
    const piece = splitDigitComma ? digitCommaPiece(model) : undefined;
    if (piece !== undefined) {
      unwritten.push(
        "tokenizer.json approximates ALBERT's rule for numbers: transformers may cut other pieces in " +
          `rare numbers with several commas, because the vocabulary has pieces such as ${piece}`,
      );
    }
    files["tokenizer.json"] = json({ ...albertTokenizerJson(segmenter, specials), ...lengths });
  } else {
    unwritten.push(
      `tokenizer.json is not written: ${reason}. transformers would compute other ids from ` +
        "spiece.model; use sentencepiece there",
    );
  }
  files["tokenizer_config.json"] = json({
    tokenizer_class: reason === null ? JSON_CLASS : "AlbertTokenizer",
    do_lower_case: cleaning.lowerCase,
    keep_accents: !cleaning.stripAccents,
    remove_space: cleaning.foldWhitespace,
    ...sharedConfig(),
    bos_token: specials.cls,
    eos_token: specials.sep,
    ...specialTokensMap(specials),
  });
  return { files, unwritten };
}

function bertFiles(
  segmenter: WordPieceSegmenter,
  specials: SpecialTokens,
  lengths: LengthBlocks,
): SavedTokenizer {
  const { options, pieces } = segmenter;
  const files: HuggingFaceFiles = { "special_tokens_map.json": json(specialTokensMap(specials)) };
  const isLine = (piece: string) =>
    piece !== "" && piece.trimEnd() === piece && !/[\n]/.test(piece);
  const isPlain = options.cleanText && options.continuingPrefix === "##" &&
    options.maxCharactersPerWord === 100 && pieces.every(isLine);
  if (isPlain) files["vocab.txt"] = pieces.join("\n") + "\n";
  files["tokenizer.json"] = json({ ...bertTokenizerJson(segmenter, specials), ...lengths });
  files["tokenizer_config.json"] = json({
    tokenizer_class: isPlain ? "BertTokenizer" : JSON_CLASS,
    do_lower_case: options.lowerCase,
    strip_accents: options.stripAccents === options.lowerCase ? null : options.stripAccents,
    tokenize_chinese_chars: options.splitChinese,
    ...sharedConfig(),
    ...specialTokensMap(specials),
  });
  const unwritten = isPlain
    ? []
    : ["vocab.txt is not written: it cannot express this tokenizer's settings"];
  return { files, unwritten };
}

function pipelineFiles(segmenter: PipelineSegmenter, specials: SpecialTokens): SavedTokenizer {
  const { file } = segmenter;
  const post = file.post_processor ?? templateProcessing(segmenter, specials);
  return {
    files: {
      "special_tokens_map.json": json(specialTokensMap(specials)),
      "tokenizer.json": json({ ...file, post_processor: post }),
      "tokenizer_config.json": json({
        tokenizer_class: JSON_CLASS,
        ...sharedConfig(),
        ...specialTokensMap(specials),
      }),
    },
    unwritten: [
      `${
        Array.isArray(file.model.vocab) ? "spiece.model" : "vocab.txt"
      } is not written: it cannot express the added tokens and steps of tokenizer.json`,
    ],
  };
}

/**
 * Converts a SentencePiece model and its cleaning to a `tokenizer.json`.
 *
 * @param added Tokens to add to its special pieces and control symbols.
 */
export function albertTokenizerJson(
  segmenter: SentencePieceSegmenter,
  specials: SpecialTokens,
  added: readonly AddedToken[] = [],
): object {
  const { model, options: { cleaning, splitDigitComma } } = segmenter;
  const { normalizer, pre_tokenizer, decoder } = albertSteps(model, cleaning);
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens(segmenter, specials, added),
    normalizer,
    pre_tokenizer,
    post_processor: templateProcessing(segmenter, specials),
    decoder,
    model: {
      type: "Unigram",
      unk_id: segmenter.unknownId,
      vocab: unigramVocabulary(model, splitDigitComma),
      byte_fallback: false,
    },
  };
}

/**
 * Converts a WordPiece vocabulary and its cleaning to a `tokenizer.json`.
 *
 * @param added Tokens to add to its special pieces.
 */
export function bertTokenizerJson(
  segmenter: WordPieceSegmenter,
  specials: SpecialTokens,
  added: readonly AddedToken[] = [],
): object {
  const { options } = segmenter;
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens(segmenter, specials, added),
    normalizer: {
      type: "BertNormalizer",
      clean_text: options.cleanText,
      handle_chinese_chars: options.splitChinese,
      strip_accents: options.stripAccents === options.lowerCase ? null : options.stripAccents,
      lowercase: options.lowerCase,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: templateProcessing(segmenter, specials),
    decoder: { type: "WordPiece", prefix: options.continuingPrefix, cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: options.unknownToken,
      continuing_subword_prefix: options.continuingPrefix,
      max_input_chars_per_word: options.maxCharactersPerWord,
      vocab: Object.fromEntries(segmenter.pieces.map((piece, id) => [piece, id])),
    },
  };
}

/** Returns the five special pieces, the model's other control symbols, and further tokens, by id. */
export function addedTokens(
  segmenter: Segmenter,
  specials: SpecialTokens,
  added: readonly AddedToken[] = [],
): AddedToken[] {
  const names = new Set<string>(Object.values(specials));
  if (segmenter instanceof SentencePieceSegmenter) {
    for (const { piece, type } of segmenter.model.pieces) {
      if (type === PieceType.control) names.add(piece);
    }
  }
  for (const { content } of added) names.delete(content);
  const own = [...names].flatMap((content): AddedToken[] => {
    const id = segmenter.pieceToId(content);
    return id === undefined ? [] : [{
      id,
      content,
      single_word: false,
      // The mask includes the space before it, as in "the [MASK]".
      lstrip: content === specials.mask && segmenter instanceof SentencePieceSegmenter,
      rstrip: false,
      normalized: false,
      special: true,
    }];
  });
  return [...own, ...added].sort((a, b) => a.id - b.id);
}

function templateProcessing(segmenter: Segmenter, { cls, sep }: SpecialTokens): object | null {
  const clsId = segmenter.pieceToId(cls), sepId = segmenter.pieceToId(sep);
  if (clsId === undefined || sepId === undefined) return null;
  const special = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
  const sequence = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
  const single = [special(cls, 0), sequence("A", 0), special(sep, 0)];
  return {
    type: "TemplateProcessing",
    single,
    pair: [...single, sequence("B", 1), special(sep, 1)],
    special_tokens: {
      [cls]: { id: cls, ids: [clsId], tokens: [cls] },
      [sep]: { id: sep, ids: [sepId], tokens: [sep] },
    },
  };
}

function specialTokensMap({ pad, unk, cls, sep, mask }: SpecialTokens): Record<string, string> {
  return { cls_token: cls, mask_token: mask, pad_token: pad, sep_token: sep, unk_token: unk };
}

function sharedConfig(): object {
  return { model_max_length: MODEL_MAX_LENGTH, model_input_names: MODEL_INPUT_NAMES };
}

/**
 * Sets the length of a model in `tokenizer_config.json`, to which transformers truncates.
 *
 * @param files File contents by name.
 * @param length The model's number of positions.
 */
export function withMaxLength<T extends string | Uint8Array>(
  files: ReadonlyMap<string, T>,
  length: number,
): Map<string, T | string> {
  const result = new Map<string, T | string>(files);
  const name = "tokenizer_config.json";
  const content = files.get(name);
  if (content === undefined) return result;
  const text = typeof content === "string" ? content : new TextDecoder().decode(content);
  const config = JSON.parse(text);
  if (config.model_max_length !== length) {
    result.set(name, json({ ...config, model_max_length: length }));
  }
  return result;
}

function json(value: object): string {
  return JSON.stringify(value, null, 2) + "\n";
}
