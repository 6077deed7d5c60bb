/**
 * Segmentation as a `tokenizer.json` describes it, step by step: added tokens, normalizer,
 * pre-tokenizer, model.
 *
 * Source: huggingface/tokenizers, `src/tokenizer/mod.rs`.
 *
 * @module
 */
import { quote } from "../../json/mod.ts";
import type { Segmentation, Segmenter } from "../segmenter.ts";
import { type AddedToken, addedToken, TokenFinder } from "./added_tokens.ts";
import { AlignedText } from "./aligned_text.ts";
import { type Decode, decoderOf } from "./decoders.ts";
import { type Model, modelOf } from "./models.ts";
import { type Normalize, normalizerOf } from "./normalizers.ts";
import { type LengthBlocks, lengthBlocks } from "./length_blocks.ts";
import { stepsOf, UnsupportedPart } from "./parts.ts";
import { type LayoutTokens, layoutTokens } from "./post_processor.ts";
import { type PreTokenize, preTokenizerOf } from "./pre_tokenizers.ts";

/** A parsed `tokenizer.json`. Its parts are validated by the tokenizer that is created from it. */
export interface TokenizerJson {
  /** The vocabulary and the segmentation of words. */
  readonly model: Readonly<Record<string, unknown>>;
  /** Normalization of the text. */
  readonly normalizer?: unknown;
  /** Splitting into words. */
  readonly pre_tokenizer?: unknown;
  /** Special tokens around texts. */
  readonly post_processor?: unknown;
  /** Conversion of tokens to text. */
  readonly decoder?: unknown;
  /** Tokens that are found before the model. */
  readonly added_tokens?: readonly unknown[];
  /** Maximum length. It has no effect here, as in transformers unless truncation is requested. */
  readonly truncation?: unknown;
  /** Padding. It has no effect here, as in transformers unless padding is requested. */
  readonly padding?: unknown;
  /** Other parts. */
  readonly [key: string]: unknown;
}

const FIELDS = [
  ...["version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer"],
  ...["post_processor", "decoder", "model"],
];

/** Executes a `tokenizer.json`. */
export class PipelineSegmenter implements Segmenter {
  readonly pieces: readonly string[];
  readonly unknownId: number;
  /** The file this segmenter was made from. */
  readonly file: TokenizerJson;
  /** The added tokens in order of the file. */
  readonly addedTokens: readonly AddedToken[];
  /** Names of the special pieces around texts; null if the file has no post-processor. */
  readonly layout: LayoutTokens | null;
  /** The file's truncation and padding. */
  readonly lengths: LengthBlocks;

  readonly #model: Model;
  readonly #normalize: readonly Normalize[];
  readonly #preTokenize: readonly PreTokenize[];
  readonly #decode: readonly Decode[] | null;
  readonly #idOf: ReadonlyMap<string, number>;
  readonly #specialIds: ReadonlySet<number>;
  /** Normalized tokens are decoded to the text that is searched for. */
  readonly #decoded: ReadonlyMap<number, string>;
  readonly #finders = new Map<string, readonly [raw: TokenFinder, normalized: TokenFinder]>();

  /**
   * Prepares the steps.
   *
   * @param file The parsed file.
   * @throws {UnsupportedPart} If a part is not supported.
   * @throws {SyntaxError} If a part is invalid.
   */
  constructor(file: TokenizerJson) {
    const other = Object.keys(file).find((name) => !FIELDS.includes(name) && file[name] !== null);
    if (other !== undefined) {
      throw new UnsupportedPart(`it has a part that is not supported, ${quote(other)}`);
    }
    this.lengths = lengthBlocks(file);
    this.file = file;
    this.#model = modelOf(file.model);
    this.#normalize = stepsOf(file.normalizer, "normalizers", "normalizer").map(normalizerOf);
    this.#preTokenize = stepsOf(file.pre_tokenizer, "pretokenizers", "pre_tokenizer")
      .map(preTokenizerOf);
    this.#decode = file.decoder === null || file.decoder === undefined
      ? null
      : stepsOf(file.decoder, "decoders", "decoder").map(decoderOf);
    const pieces = [...this.#model.pieces], idOf = new Map(this.#model.idOf);
    this.addedTokens = (file.added_tokens ?? [])
      .map((token, i) => addedToken(token, `entry ${i} of its added_tokens`));
    for (const { id, content } of [...this.addedTokens].sort((a, b) => a.id - b.id)) {
      const expected = idOf.get(content) ?? pieces.length;
      if (content === "" || id !== expected) {
        throw new UnsupportedPart(
          `its added token ${quote(content)} has id ${id}, expected ${expected}`,
        );
      }
      if (idOf.has(content)) continue;
      idOf.set(content, id);
      pieces.push(content);
    }
    this.pieces = pieces;
    this.#idOf = idOf;
    this.unknownId = this.#model.unknownId;
    this.#specialIds = new Set(
      this.addedTokens.filter(({ special }) => special).map(({ id }) => id),
    );
    this.#decoded = new Map(
      this.addedTokens.filter(({ normalized }) => normalized)
        .map(({ id, content }) => [id, this.#normalized(content)]),
    );
    this.layout = layoutTokens(file.post_processor, (piece) => idOf.get(piece));
  }

  pieceToId(piece: string): number | undefined {
    return this.#idOf.get(piece);
  }

  /** Returns the text itself: normalization is a part of segmentation. */
  clean(text: string): string {
    return text;
  }

  encodeIds(text: string): Int32Array {
    return this.segment(text).ids;
  }

  segment(text: string, ordinary: readonly string[] = []): Segmentation {
    const [raw, normalized] = this.#findersWithout(ordinary);
    const ids: number[] = [], tokens: string[] = [], offsets: [number, number][] = [];
    const push = (id: number, token: string, span: [number, number]) => {
      ids.push(id);
      tokens.push(token);
      offsets.push(span);
    };
    const whole = AlignedText.from(text.toWellFormed());
    for (const { from, to, token } of raw.find(whole.text)) {
      if (token !== undefined) {
        push(token.id, token.content, [from, to]);
        continue;
      }
      const part = whole.slice(from, to);
      for (const step of this.#normalize) step(part);
      for (const { from, to, token } of normalized.find(part.text)) {
        if (token !== undefined) push(token.id, token.content, part.span(from, to));
        else this.#words(part.slice(from, to), push);
      }
    }
    return { ids: Int32Array.from(ids), tokens, offsets };
  }

  decode(ids: ArrayLike<number>): string {
    const tokens: string[] = [];
    for (let i = 0; i < ids.length; i++) {
      const piece = this.pieces[ids[i]];
      if (piece === undefined) {
        throw new RangeError(
          `Cannot decode id ${ids[i]}: the vocabulary has ${this.pieces.length} pieces`,
        );
      }
      if (!this.#specialIds.has(ids[i])) tokens.push(this.#decoded.get(ids[i]) ?? piece);
    }
    if (this.#decode === null) return tokens.join(" ");
    return this.#decode.reduce((list, step) => step(list), tokens).join("");
  }

  #words(text: AlignedText, push: (id: number, token: string, span: [number, number]) => void) {
    let words = [text];
    for (const step of this.#preTokenize) words = words.flatMap((word) => step(word));
    for (const word of words) {
      if (word.text === "") continue;
      let start = 0;
      for (const { id, token, end } of this.#model.cut(word.text)) {
        push(id, token, word.span(start, end));
        start = end;
      }
    }
  }

  /** Searches for the added tokens, except for those that are read as ordinary text. */
  #findersWithout(ordinary: readonly string[]): readonly [TokenFinder, TokenFinder] {
    const key = ordinary.join("\0");
    let finders = this.#finders.get(key);
    if (finders === undefined) {
      // Special tokens are searched for first, as in tokenizers.
      const sought = [...this.addedTokens].sort((a, b) => Number(b.special) - Number(a.special))
        .filter(({ content }) => !ordinary.includes(content));
      const raw = sought.filter(({ normalized }) => !normalized);
      const inNormalized = sought.filter(({ normalized }) => normalized);
      finders = [
        new TokenFinder(raw.map((token) => [token.content, token])),
        new TokenFinder(inNormalized.map((token) => [this.#normalized(token.content), token])),
      ];
      this.#finders.set(key, finders);
    }
    return finders;
  }

  #normalized(content: string): string {
    const text = AlignedText.from(content);
    for (const step of this.#normalize) step(text);
    return text.text;
  }
}
