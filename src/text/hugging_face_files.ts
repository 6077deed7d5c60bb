/**
 * Writes tokenizers as the files of a Hugging Face folder, which transformers' `AutoTokenizer` loads.
 *
 * Source: huggingface/transformers, `convert_slow_tokenizer.py` (`SpmConverter`,
 * `AlbertConverter`, `BertConverter`).
 *
 * @module
 */
import { endsInDigitComma } from "./digit_comma.ts";
import type { Segmenter } from "./segmenter.ts";
import { PieceType, writeSentencePieceModel } from "./sentencepiece_model.ts";
import { SentencePieceSegmenter } from "./sentencepiece_segmenter.ts";
import type { SpecialTokens } from "./special_tokens.ts";
import { DIGIT_COMMA_PENALTY } from "./tokenizer_json.ts";
import { WordPieceSegmenter } from "./wordpiece_segmenter.ts";

/** File contents by name. */
export type HuggingFaceFiles = Record<string, string | Uint8Array>;

/** Number of position embeddings of ALBERT and BERT. */
const MODEL_MAX_LENGTH = 512;
/** transformers 5 omits `token_type_ids` unless they are listed. */
const MODEL_INPUT_NAMES = ["input_ids", "token_type_ids", "attention_mask"];

/**
 * Writes a tokenizer as the files of a Hugging Face folder.
 *
 * @param segmenter The segmenter.
 * @param specialTokens Names of the special pieces.
 * @returns `tokenizer.json`, `special_tokens_map.json`, `tokenizer_config.json`, and
 * `spiece.model` or `vocab.txt`.
 * @throws {TypeError} If the segmenter is neither SentencePiece nor WordPiece.
 */
export function huggingFaceFiles(
  segmenter: Segmenter,
  specialTokens: SpecialTokens,
): HuggingFaceFiles {
  const shared = {
    "special_tokens_map.json": json(specialTokensMap(specialTokens)),
  };
  if (segmenter instanceof SentencePieceSegmenter) {
    return {
      ...shared,
      "spiece.model": writeSentencePieceModel(segmenter.model),
      "tokenizer.json": json(albertTokenizerJson(segmenter, specialTokens)),
      "tokenizer_config.json": json(albertTokenizerConfig(segmenter, specialTokens)),
    };
  }
  if (segmenter instanceof WordPieceSegmenter) {
    return {
      ...shared,
      "vocab.txt": segmenter.pieces.join("\n") + "\n",
      "tokenizer.json": json(bertTokenizerJson(segmenter, specialTokens)),
      "tokenizer_config.json": json(bertTokenizerConfig(segmenter, specialTokens)),
    };
  }
  throw new TypeError("Cannot write the tokenizer: it is neither SentencePiece nor WordPiece");
}

function albertTokenizerJson(segmenter: SentencePieceSegmenter, specials: SpecialTokens): object {
  const { model, options: { cleaning, splitDigitComma } } = segmenter;
  const charsmap = model.normalizerSpec.precompiledCharsmap;
  const normalizers: object[] = [];
  if (cleaning.replaceQuotes) {
    normalizers.push(replace({ String: "``" }, '"'), replace({ String: "''" }, '"'));
  }
  if (cleaning.stripAccents) normalizers.push({ type: "NFKD" }, { type: "StripAccents" });
  if (cleaning.lowerCase) normalizers.push({ type: "Lowercase" });
  if (charsmap && charsmap.length > 0) {
    normalizers.push({ type: "Precompiled", precompiled_charsmap: toBase64(charsmap) });
  }
  normalizers.push(replace({ Regex: " {2,}" }, " "));
  const prefix = model.normalizerSpec.addDummyPrefix ?? true;
  const metaspace = {
    type: "Metaspace",
    replacement: "▁",
    prepend_scheme: prefix ? "always" : "never",
    split: true,
  };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens(segmenter, specials),
    normalizer: { type: "Sequence", normalizers },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [{ type: "WhitespaceSplit" }, metaspace],
    },
    post_processor: templateProcessing(segmenter, specials),
    decoder: metaspace,
    model: {
      type: "Unigram",
      unk_id: segmenter.unknownId,
      vocab: model.pieces.map(({ piece, score }) => [
        piece,
        splitDigitComma && endsInDigitComma(piece) ? score - DIGIT_COMMA_PENALTY : score,
      ]),
      byte_fallback: false,
    },
  };
}

function bertTokenizerJson(segmenter: WordPieceSegmenter, specials: SpecialTokens): object {
  const { options } = segmenter;
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens(segmenter, specials),
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

/** The special pieces and the other control symbols, which are matched verbatim in text. */
function addedTokens(segmenter: Segmenter, specials: SpecialTokens): object[] {
  const names = new Set<string>(Object.values(specials));
  if (segmenter instanceof SentencePieceSegmenter) {
    for (const { piece, type } of segmenter.model.pieces) {
      if (type === PieceType.control) names.add(piece);
    }
  }
  return [...names]
    .flatMap((content) => {
      const id = segmenter.pieceToId(content);
      return id === undefined ? [] : [{ id, content }];
    })
    .sort((a, b) => a.id - b.id)
    .map(({ id, content }) => ({
      id,
      content,
      single_word: false,
      // The mask includes the space before it, as in "the [MASK]".
      lstrip: content === specials.mask && segmenter instanceof SentencePieceSegmenter,
      rstrip: false,
      normalized: false,
      special: true,
    }));
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

function albertTokenizerConfig(
  { options: { cleaning } }: SentencePieceSegmenter,
  specials: SpecialTokens,
): object {
  return {
    tokenizer_class: "AlbertTokenizer",
    do_lower_case: cleaning.lowerCase,
    keep_accents: !cleaning.stripAccents,
    remove_space: cleaning.foldWhitespace,
    model_max_length: MODEL_MAX_LENGTH,
    model_input_names: MODEL_INPUT_NAMES,
    bos_token: specials.cls,
    eos_token: specials.sep,
    ...specialTokensMap(specials),
  };
}

function bertTokenizerConfig({ options }: WordPieceSegmenter, specials: SpecialTokens): object {
  return {
    tokenizer_class: "BertTokenizer",
    do_lower_case: options.lowerCase,
    strip_accents: options.stripAccents === options.lowerCase ? null : options.stripAccents,
    tokenize_chinese_chars: options.splitChinese,
    model_max_length: MODEL_MAX_LENGTH,
    model_input_names: MODEL_INPUT_NAMES,
    ...specialTokensMap(specials),
  };
}

function replace(pattern: { String: string } | { Regex: string }, content: string): object {
  return { type: "Replace", pattern, content };
}

function json(value: object): string {
  return JSON.stringify(value, null, 2) + "\n";
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
