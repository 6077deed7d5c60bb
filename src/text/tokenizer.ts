/**
 * Tokenizers with SentencePiece and WordPiece vocabularies.
 *
 * @module
 */
import { NO_CLEANING } from "./albert_cleaning.ts";
import { layOutPair, type PairEncoding, type PairOptions } from "./encoding.ts";
import {
  addedTokens,
  albertTokenizerJson,
  bertTokenizerJson,
  type HuggingFaceFiles,
  huggingFaceFiles,
  type SavedTokenizer,
} from "./hugging_face_files.ts";
import { inexpressible } from "./albert_json.ts";
import { TokenFinder } from "./pipeline/added_tokens.ts";
import { type LengthBlocks, lengthNotices } from "./pipeline/length_blocks.ts";
import { PipelineSegmenter, type TokenizerJson } from "./pipeline/pipeline_segmenter.ts";
import type { Segmentation, Segmenter } from "./segmenter.ts";
import { readSentencePieceModel, writeSentencePieceModel } from "./sentencepiece_model.ts";
import {
  type SamplingOptions,
  type ScoredIds,
  type SentencePieceOptions,
  SentencePieceSegmenter,
} from "./sentencepiece_segmenter.ts";
import {
  ALBERT_SPECIAL_TOKENS,
  BERT_SPECIAL_TOKENS,
  findSpecialIds,
  segmentWithSpecialTokens,
  type SpecialIds,
  type SpecialTokens,
} from "./special_tokens.ts";
import { parseTokenizerJson, segmenterFromJson } from "./tokenizer_json.ts";
import { albertCleaning, type TokenizerOptions } from "./tokenizer_options.ts";
import { addedTo, namesOf, withTokens } from "./tokenizer_tokens.ts";
import { type WordPieceOptions, WordPieceSegmenter } from "./wordpiece_segmenter.ts";

/** Options of {@link Tokenizer.encode}. */
export interface EncodeOptions {
  /**
   * Whether "[MASK]" and other special tokens in a text are recognized. Default: false for `encode`,
   * as in SentencePiece, and true for `encodePair`, as in transformers.
   */
  specialTokens?: boolean;
}

/** A tokenizer as plain data that can be sent to a worker. */
export type TokenizerSnapshot =
  & { readonly specialTokens: SpecialTokens }
  & (
    | {
      readonly kind: "sentencepiece";
      readonly model: Uint8Array;
      readonly options: SentencePieceOptions;
    }
    | {
      readonly kind: "wordpiece";
      readonly pieces: readonly string[];
      readonly options: WordPieceOptions;
    }
    | { readonly kind: "json"; readonly file: TokenizerJson }
  );

/**
 * Converts text to ids of a vocabulary, and back.
 *
 * A tokenizer is created from a `spiece.model`, a Hugging Face `tokenizer.json` or BERT's `vocab.txt`.
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
  /** Special pieces, which are ordinary text by default. */
  readonly #ordinary: readonly string[];
  readonly #laysOut: boolean;
  readonly #lengths: LengthBlocks | undefined;
  #finder: TokenFinder | undefined;
  #specialIds: SpecialIds | undefined;
  #saved: SavedTokenizer | undefined;

  /**
   * Creates a tokenizer from a segmenter. Most callers use one of the `from…` functions.
   *
   * @param segmenter Segments text into pieces.
   * @param specialTokens Special pieces; ALBERT's or BERT's by default.
   * @param laysOut Whether {@linkcode encodePair} is available.
   * @param lengths Truncation and padding of its file, which are saved again but not applied.
   */
  constructor(
    segmenter: Segmenter,
    specialTokens?: SpecialTokens,
    laysOut: boolean = true,
    lengths?: LengthBlocks,
  ) {
    this.#segmenter = segmenter;
    this.specialTokens = specialTokens ??
      (segmenter instanceof WordPieceSegmenter ? BERT_SPECIAL_TOKENS : ALBERT_SPECIAL_TOKENS);
    this.#ordinary = Object.values(this.specialTokens);
    this.#laysOut = laysOut;
    this.#lengths = lengths;
  }

  /**
   * Creates a tokenizer from a SentencePiece model.
   *
   * @param bytes A `spiece.model`.
   * @param options Cleaning and added tokens.
   * @returns The tokenizer.
   * @throws {SyntaxError} If the bytes are not a SentencePiece model, or are truncated.
   * @throws {TypeError} If the model is not a unigram model, or cannot have added tokens.
   */
  static fromModel(bytes: Uint8Array, options: TokenizerOptions = {}): Tokenizer {
    const model = readSentencePieceModel(bytes, options.source);
    const segmenter = new SentencePieceSegmenter(model, {
      cleaning: options.raw ? NO_CLEANING : albertCleaning(options),
      splitDigitComma: !options.raw,
    });
    const names = { ...ALBERT_SPECIAL_TOKENS, ...options.specialTokens };
    const unknown = segmenter.pieces[segmenter.unknownId];
    if (options.specialTokens?.unk !== undefined && names.unk !== unknown) {
      throw new TypeError(
        `Cannot use the SentencePiece model: unk_token is ${names.unk}, its unknown piece ${unknown}`,
      );
    }
    const added = addedTo(segmenter, names, options);
    if (added.length === 0) return new Tokenizer(segmenter, names, true, options.lengths);
    const reason = inexpressible(segmenter);
    if (reason !== null) {
      throw new TypeError(
        `Cannot add tokens such as ${added[0].content} to the SentencePiece model: this is done ` +
          `as in a tokenizer.json, and ${reason}`,
      );
    }
    return withAddedTokens(albertTokenizerJson(segmenter, names, added), names);
  }

  /**
   * Creates a tokenizer from a Hugging Face `tokenizer.json` with a Unigram or WordPiece model.
   *
   * @param json The file's text, or the parsed object.
   * @param options Settings that override the file.
   * @returns The tokenizer.
   * @throws {SyntaxError} If the file is not a valid tokenizer.json.
   * @throws {TypeError} If a part of the file is not supported; the message names it.
   */
  static fromJson(json: string | object, options: TokenizerOptions = {}): Tokenizer {
    const source = options.source ?? "tokenizer.json";
    const file = withTokens(parseTokenizerJson(json, source), options, source);
    const { segmenter, layout, lengths } = segmenterFromJson(file, options);
    const names = namesOf(segmenter, layout, lengths, options, source);
    return new Tokenizer(segmenter, names, !!(layout ?? options.defaultLayout), lengths);
  }

  /**
   * Creates a WordPiece tokenizer from BERT's `vocab.txt`.
   *
   * @param text The file: one piece per line.
   * @param options Lower case, accents and added tokens. By default text is lower-cased and accents
   * are removed if no word of the vocabulary has a capital letter.
   * @returns The tokenizer.
   * @throws {SyntaxError} If a piece is empty or a duplicate, or the unknown piece is missing.
   */
  static fromVocabulary(text: string, options: TokenizerOptions = {}): Tokenizer {
    const segmenter = WordPieceSegmenter.fromVocabulary(text, options);
    const names = { ...BERT_SPECIAL_TOKENS, ...options.specialTokens };
    const added = addedTo(segmenter, names, options);
    if (added.length === 0) return new Tokenizer(segmenter, names);
    return withAddedTokens(bertTokenizerJson(segmenter, names, added), names);
  }

  /** Creates a tokenizer from a {@linkcode Tokenizer.snapshot}. */
  static fromSnapshot(snapshot: TokenizerSnapshot): Tokenizer {
    const { kind, specialTokens } = snapshot;
    if (kind === "sentencepiece") {
      const model = readSentencePieceModel(snapshot.model);
      return new Tokenizer(new SentencePieceSegmenter(model, snapshot.options), specialTokens);
    }
    if (kind === "wordpiece") {
      const { pieces, options } = snapshot;
      return new Tokenizer(new WordPieceSegmenter(pieces, options), specialTokens);
    }
    return new Tokenizer(new PipelineSegmenter(snapshot.file), specialTokens);
  }

  /**
   * Returns the tokenizer as plain data for {@linkcode Tokenizer.fromSnapshot}.
   *
   * @throws {TypeError} If its segmenter is not one of this toolkit.
   */
  snapshot(): TokenizerSnapshot {
    const segmenter = this.#segmenter, { specialTokens } = this;
    if (segmenter instanceof SentencePieceSegmenter) {
      const { model, options } = segmenter;
      return {
        kind: "sentencepiece",
        model: writeSentencePieceModel(model),
        options,
        specialTokens,
      };
    }
    if (segmenter instanceof WordPieceSegmenter) {
      const { pieces, options } = segmenter;
      return { kind: "wordpiece", pieces, options, specialTokens };
    }
    if (segmenter instanceof PipelineSegmenter) {
      return { kind: "json", file: segmenter.file, specialTokens };
    }
    throw new TypeError("Cannot copy the tokenizer: its segmenter is not one of this toolkit");
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
   * Returns a text after ALBERT's cleaning, as google-research/albert `preprocess_text` does. WordPiece
   * tokenizers return the text unchanged.
   *
   * @param text Any text.
   * @returns The cleaned text.
   */
  clean(text: string): string {
    return this.#segmenter.clean(text);
  }

  /**
   * Encodes text into ids alone, which is faster than with offsets.
   *
   * @param text Any text. Special pieces in it are ordinary text.
   * @returns The ids, without `[CLS]` and `[SEP]`.
   */
  encodeIds(text: string): Int32Array {
    const segmenter = this.#segmenter;
    return segmenter instanceof PipelineSegmenter
      ? segmenter.segment(text, this.#ordinary).ids
      : segmenter.encodeIds(text);
  }

  /**
   * Encodes text in the most probable ways, best first.
   *
   * @param text Any text.
   * @param count Most results, up to 1024.
   * @throws {TypeError} If the tokenizer is not a SentencePiece model.
   */
  encodeNBest(text: string, count: number): ScoredIds[] {
    return this.#sentencePiece("the n best segmentations").nBest(text, count);
  }

  /**
   * Encodes text with a segmentation drawn at random (subword regularization).
   *
   * @param text Any text.
   * @param options How to draw.
   * @throws {TypeError} If the tokenizer is not a SentencePiece model.
   */
  sampleIds(text: string, options: SamplingOptions): Int32Array {
    return this.#sentencePiece("sampling").sample(text, options);
  }

  #sentencePiece(feature: string): SentencePieceSegmenter {
    if (this.#segmenter instanceof SentencePieceSegmenter) return this.#segmenter;
    throw new TypeError(`Cannot encode: ${feature} requires a SentencePiece model`);
  }

  /**
   * Encodes text into ids, with the text and the offsets of each piece.
   *
   * @param text Any text.
   * @param options Whether special tokens are recognized in the text.
   * @returns Ids, texts of the pieces, and `[start, end)` of each in UTF-16 units of `text`.
   */
  encode(text: string, options: EncodeOptions = {}): Segmentation {
    const segmenter = this.#segmenter;
    if (segmenter instanceof PipelineSegmenter) {
      return segmenter.segment(text, options.specialTokens ? [] : this.#ordinary);
    }
    if (!options.specialTokens) return segmenter.segment(text);
    this.#finder ??= new TokenFinder(
      addedTokens(segmenter, this.specialTokens).map((token) => [token.content, token]),
    );
    return segmentWithSpecialTokens(segmenter, this.#finder, text);
  }

  /**
   * Encodes one or two texts as input of a model: `[CLS] A [SEP]` or `[CLS] A [SEP] B [SEP]`.
   *
   * @param first The first text.
   * @param second The second text, if any.
   * @param options Length limit, truncation, padding, and whether special tokens such as `[MASK]` in
   * the texts are recognized, which is the default.
   * @returns Ids, type ids, attention mask, and offsets of each piece.
   * @throws {RangeError} If `maxLength` cannot be met.
   * @throws {TypeError} If the tokenizer's file has no layout for models.
   */
  encodePair(
    first: string,
    second?: string,
    options: PairOptions & EncodeOptions = {},
  ): PairEncoding {
    if (!this.#laysOut) {
      throw new TypeError(
        "Cannot encode input for a model: the tokenizer.json has no post_processor, so it adds " +
          "no special tokens; add a TemplateProcessing of [CLS] $A [SEP] to it",
      );
    }
    const how = { specialTokens: options.specialTokens ?? true };
    return layOutPair(
      this.encode(first, how),
      second === undefined ? undefined : this.encode(second, how),
      this.specialIds,
      options,
    );
  }

  /**
   * The text that ids stand for, approximately: cleaning and unknown pieces lose some of it.
   *
   * @param ids Piece ids; control pieces have no text.
   * @returns The text.
   * @throws {RangeError} If an id is not in the vocabulary.
   */
  decode(ids: ArrayLike<number>): string {
    return this.#segmenter.decode(ids);
  }

  /**
   * Returns the files of a Hugging Face folder with this tokenizer: `special_tokens_map.json`,
   * `tokenizer_config.json`, and those of `tokenizer.json`, `spiece.model` and `vocab.txt` that
   * give the same ids.
   *
   * @returns File contents by name.
   */
  toFiles(): HuggingFaceFiles {
    return { ...this.#files().files };
  }

  /** What the files of {@linkcode Tokenizer.toFiles} cannot express, one sentence each. */
  get unwritten(): readonly string[] {
    return this.#files().unwritten;
  }

  /** Settings of the files that have no effect here, one sentence each. */
  get notices(): readonly string[] {
    return this.#lengths === undefined ? [] : lengthNotices(this.#lengths);
  }

  #files(): SavedTokenizer {
    return this.#saved ??= huggingFaceFiles(this.#segmenter, this.specialTokens, this.#lengths);
  }
}

/** Only a `tokenizer.json` can express added tokens. */
function withAddedTokens(json: object, names: SpecialTokens): Tokenizer {
  return new Tokenizer(new PipelineSegmenter(json as TokenizerJson), names);
}
