/**
 * Tokenizers with SentencePiece and WordPiece vocabularies.
 *
 * @module
 */
import { ALBERT_CLEANING, type CleaningOptions, NO_CLEANING } from "./albert_cleaning.ts";
import { layOutPair, type PairEncoding, type PairOptions } from "./encoding.ts";
import { type HuggingFaceFiles, huggingFaceFiles } from "./hugging_face_files.ts";
import type { Segmentation, Segmenter } from "./segmenter.ts";
import { readSentencePieceModel } from "./sentencepiece_model.ts";
import { SentencePieceSegmenter } from "./sentencepiece_segmenter.ts";
import {
  ALBERT_SPECIAL_TOKENS,
  BERT_SPECIAL_TOKENS,
  findSpecialIds,
  segmentWithSpecialTokens,
  type SpecialIds,
  type SpecialTokens,
} from "./special_tokens.ts";
import { segmenterFromJson } from "./tokenizer_json.ts";
import type { TokenizerOptions } from "./segmenter.ts";
import { WordPieceSegmenter } from "./wordpiece_segmenter.ts";

/** Options of {@link Tokenizer.encode}. */
export interface EncodeOptions {
  /** Whether "[MASK]" and other special pieces are recognized in text; false by default. */
  specialTokens?: boolean;
}

/**
 * Converts text to ids of a vocabulary, and back.
 *
 * A tokenizer is created from a `spiece.model`, a Hugging Face `tokenizer.json` or BERT's `vocab.txt`.
 * Different files of the same vocabulary give the same ids.
 *
 * @example A vocabulary of three words
 * ```ts
 * import { Tokenizer } from "./tokenizer.ts";
 *
 * const words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "world", "##s"];
 * const tokenizer = Tokenizer.fromVocabulary(words.join("\n"));
 * const { tokens, offsets } = tokenizer.encode("Hello, worlds");
 * if (tokens.join(" ") !== "hello [UNK] world ##s") throw new Error(tokens.join(" "));
 * if (offsets[2].join() !== "7,12") throw new Error(String(offsets[2]));
 * ```
 */
export class Tokenizer {
  /** Special pieces of the vocabulary. */
  readonly specialTokens: SpecialTokens;
  readonly #segmenter: Segmenter;
  #specialIds: SpecialIds | undefined;

  /**
   * Creates a tokenizer from a segmenter. Most callers use one of the `from…` functions.
   *
   * @param segmenter Segments text into pieces.
   * @param specialTokens Special pieces; ALBERT's or BERT's by default.
   */
  constructor(segmenter: Segmenter, specialTokens?: SpecialTokens) {
    this.#segmenter = segmenter;
    this.specialTokens = specialTokens ??
      (segmenter instanceof WordPieceSegmenter ? BERT_SPECIAL_TOKENS : ALBERT_SPECIAL_TOKENS);
  }

  /**
   * Creates a tokenizer from a SentencePiece model.
   *
   * @param bytes A `spiece.model`.
   * @param options Cleaning.
   * @returns The tokenizer.
   * @throws {SyntaxError} If the bytes are not a SentencePiece model, or are truncated.
   * @throws {TypeError} If the model is not a unigram model.
   */
  static fromModel(bytes: Uint8Array, options: TokenizerOptions = {}): Tokenizer {
    const model = readSentencePieceModel(bytes, options.source);
    return new Tokenizer(
      new SentencePieceSegmenter(model, {
        cleaning: options.raw ? NO_CLEANING : albertCleaning(options),
        splitDigitComma: !options.raw,
      }),
    );
  }

  /**
   * Creates a tokenizer from a Hugging Face `tokenizer.json` with a Unigram (ALBERT) or WordPiece
   * (BERT) model.
   *
   * @param json The file's text, or the parsed object.
   * @param options Cleaning that overrides the file's.
   * @returns The tokenizer.
   * @throws {SyntaxError} If the file is not a valid tokenizer.json.
   * @throws {TypeError} If a part of the file is not supported; the message names it.
   */
  static fromJson(json: string | object, options: TokenizerOptions = {}): Tokenizer {
    return new Tokenizer(segmenterFromJson(json, options));
  }

  /**
   * Creates a WordPiece tokenizer from BERT's `vocab.txt`.
   *
   * @param text The file: one piece per line.
   * @param options Lower case and accents. By default text is lower-cased and accents are removed if
   * the vocabulary has no capital letters.
   * @returns The tokenizer.
   * @throws {SyntaxError} If a piece is empty or a duplicate, or `[UNK]` is missing.
   */
  static fromVocabulary(text: string, options: TokenizerOptions = {}): Tokenizer {
    return new Tokenizer(WordPieceSegmenter.fromVocabulary(text, options));
  }

  /** Number of pieces. */
  get vocabularySize(): number {
    return this.#segmenter.pieces.length;
  }

  /**
   * Ids of the special pieces.
   *
   * @throws {TypeError} If the vocabulary does not contain one of them.
   */
  get specialIds(): SpecialIds {
    return this.#specialIds ??= findSpecialIds(this.#segmenter, this.specialTokens);
  }

  /**
   * Returns the text of a piece.
   *
   * @throws {RangeError} If there is no such id.
   */
  idToPiece(id: number): string {
    const piece = this.#segmenter.pieces[id];
    if (piece === undefined) {
      throw new RangeError(
        `Cannot find piece ${id}: the vocabulary has ids 0 to ${this.vocabularySize - 1}`,
      );
    }
    return piece;
  }

  /** Returns the id of a piece, or undefined if the vocabulary does not contain it. */
  pieceToId(piece: string): number | undefined {
    return this.#segmenter.pieceToId(piece);
  }

  /**
   * Returns a text after ALBERT's cleaning, as google-research/albert `preprocess_text`. WordPiece vocabularies return the text unchanged.
   *
   * @param text Any text.
   * @returns The cleaned text.
   */
  clean(text: string): string {
    return this.#segmenter.clean(text);
  }

  /**
   * Encodes text into ids only, which is faster than {@link encode}.
   *
   * @param text Any text. Special pieces are read as ordinary text.
   * @returns The ids, without `[CLS]` and `[SEP]`.
   */
  encodeIds(text: string): Int32Array {
    return this.#segmenter.encodeIds(text);
  }

  /**
   * Encodes text into ids, with the texts and offsets of the pieces.
   *
   * @param text Any text.
   * @param options Whether special pieces are recognized.
   * @returns Ids, texts of the pieces, and `[start, end)` of each in UTF-16 units of `text`.
   */
  encode(text: string, options: EncodeOptions = {}): Segmentation {
    return options.specialTokens
      ? segmentWithSpecialTokens(this.#segmenter, this.specialTokens, text)
      : this.#segmenter.segment(text);
  }

  /**
   * Encodes one or two texts as the input of a model: `[CLS] A [SEP]` or `[CLS] A [SEP] B [SEP]`.
   *
   * @param first The first text.
   * @param second The second text, if any.
   * @param options Maximum length, truncation, padding, special pieces in the text.
   * @returns Ids, type ids, attention mask, and the text and offsets of each piece.
   * @throws {RangeError} If `maxLength` cannot be met.
   */
  encodePair(
    first: string,
    second?: string,
    options: PairOptions & EncodeOptions = {},
  ): PairEncoding {
    return layOutPair(
      this.encode(first, options),
      second === undefined ? undefined : this.encode(second, options),
      this.specialIds,
      options,
    );
  }

  /**
   * Converts ids to text. Cleaning and unknown pieces cannot be reversed.
   *
   * @param ids Piece ids; control pieces have no text.
   * @returns The text.
   * @throws {RangeError} If an id is not in the vocabulary.
   */
  decode(ids: ArrayLike<number>): string {
    return this.#segmenter.decode(ids);
  }

  /**
   * Serializes the tokenizer as files of a Hugging Face folder: `tokenizer.json`,
   * `special_tokens_map.json`, `tokenizer_config.json`, and `spiece.model` or `vocab.txt`.
   *
   * @returns File contents by name.
   */
  toFiles(): HuggingFaceFiles {
    return huggingFaceFiles(this.#segmenter, this.specialTokens);
  }
}

function albertCleaning(options: TokenizerOptions): CleaningOptions {
  const lowerCase = options.lowerCase ?? true;
  return { ...ALBERT_CLEANING, lowerCase, stripAccents: options.stripAccents ?? true };
}
