/**
 * The tokenizer: text to ids and back, with one face for SentencePiece and WordPiece.
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
import type { TokenizerOptions } from "./tokenizer_options.ts";
import { WordPieceSegmenter } from "./wordpiece_segmenter.ts";

/** How {@link Tokenizer.encode} reads a text. */
export interface EncodeOptions {
  /** Read "[MASK]" and the like as the special pieces they name; false if absent. */
  specialTokens?: boolean;
}

/**
 * Turns text into ids of a vocabulary, and back.
 *
 * It is made from the bytes of a `spiece.model`, from a Hugging Face `tokenizer.json`, or from
 * BERT's `vocab.txt`. From the same vocabulary all give the same ids.
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
  /** Names of the special pieces in this vocabulary. */
  readonly specialTokens: SpecialTokens;
  readonly #segmenter: Segmenter;
  #specialIds: SpecialIds | undefined;

  /**
   * Makes a tokenizer around a segmenter. Most callers want one of the `from…` functions.
   *
   * @param segmenter What cuts text into pieces.
   * @param specialTokens Names of the special pieces; ALBERT's or BERT's if absent.
   */
  constructor(segmenter: Segmenter, specialTokens?: SpecialTokens) {
    this.#segmenter = segmenter;
    this.specialTokens = specialTokens ??
      (segmenter instanceof WordPieceSegmenter ? BERT_SPECIAL_TOKENS : ALBERT_SPECIAL_TOKENS);
  }

  /**
   * Makes a tokenizer from a SentencePiece model.
   *
   * @param bytes A `spiece.model`.
   * @param options Cleaning.
   * @returns The tokenizer.
   * @throws {SyntaxError} If the bytes are no SentencePiece model, or are cut short.
   * @throws {TypeError} If the model is no unigram model.
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
   * Makes a tokenizer from a Hugging Face `tokenizer.json`, of ALBERT's kind (Unigram) or BERT's
   * (WordPiece).
   *
   * @param json The file's text, or what it parses to.
   * @param options Cleaning, where it shall differ from what the file says.
   * @returns The tokenizer.
   * @throws {SyntaxError} If it is no tokenizer.json.
   * @throws {TypeError} If it has a part that is not supported; the message names it.
   */
  static fromJson(json: string | object, options: TokenizerOptions = {}): Tokenizer {
    return new Tokenizer(segmenterFromJson(json, options));
  }

  /**
   * Makes a WordPiece tokenizer from BERT's `vocab.txt`.
   *
   * @param text The file: one piece a line.
   * @param options Lower case and accents. By default a vocabulary without capital letters lowers
   * case and strips accents.
   * @returns The tokenizer.
   * @throws {SyntaxError} If a piece is empty or stands twice, or `[UNK]` is missing.
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
   * @throws {TypeError} If the vocabulary lacks one.
   */
  get specialIds(): SpecialIds {
    return this.#specialIds ??= findSpecialIds(this.#segmenter, this.specialTokens);
  }

  /**
   * The text of a piece.
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

  /** The id of a piece, or undefined if the vocabulary lacks it. */
  pieceToId(piece: string): number | undefined {
    return this.#segmenter.pieceToId(piece);
  }

  /**
   * Encodes text into ids alone: the fast path.
   *
   * @param text Any text. Special pieces written in it are read as ordinary text.
   * @returns The ids, without `[CLS]` and `[SEP]`.
   */
  encodeIds(text: string): Int32Array {
    return this.#segmenter.encodeIds(text);
  }

  /**
   * Encodes text into ids with the pieces' texts and places.
   *
   * @param text Any text.
   * @param options Whether "[MASK]" in the text is the mask.
   * @returns Ids, texts of the pieces, and `[start, end)` of each in UTF-16 units of `text`.
   */
  encode(text: string, options: EncodeOptions = {}): Segmentation {
    return options.specialTokens
      ? segmentWithSpecialTokens(this.#segmenter, this.specialTokens, text)
      : this.#segmenter.segment(text);
  }

  /**
   * Encodes one text or two as a model takes them: `[CLS] A [SEP]` or `[CLS] A [SEP] B [SEP]`.
   *
   * @param first The first text.
   * @param second The second text, if there is one.
   * @param options Length limit, truncation, padding, special pieces in the text.
   * @returns Ids, type ids, attention mask, and where each piece came from.
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
   * The text that ids stand for, as far as it can be told: cleaning and unknown pieces lose some.
   *
   * @param ids Piece ids; control pieces give no text.
   * @returns The text.
   * @throws {RangeError} If an id is not in the vocabulary.
   */
  decode(ids: ArrayLike<number>): string {
    return this.#segmenter.decode(ids);
  }

  /**
   * The files of a Hugging Face folder that hold this tokenizer: `tokenizer.json`,
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
