/**
 * BERT's segmentation: cleaning, words and punctuation, WordPiece, and offsets in the original string.
 *
 * @module
 */
import { quote, shown } from "../json/mod.ts";
import {
  type BertCharacter,
  bertCharacter,
  type BertCleaning,
  CharacterKind,
} from "./bert_characters.ts";
import type { Segmentation, Segmenter } from "./segmenter.ts";
import { BERT_SPECIAL_TOKENS } from "./special_tokens.ts";
import type { TokenizerOptions } from "./tokenizer_options.ts";
import { WordPiece } from "./wordpiece.ts";

/** Settings of a {@link WordPieceSegmenter}. */
export interface WordPieceOptions extends BertCleaning {
  /** The piece for unknown words; `[UNK]` by default. */
  unknownToken?: string;
  /** Prefix of continuing pieces; `##` by default. */
  continuingPrefix?: string;
  /** Longer words are unknown; 100 by default. */
  maxCharactersPerWord?: number;
}

interface Character {
  kind: number;
  bytes: Uint8Array;
  text: string;
}

/** Segments text with a WordPiece vocabulary. */
export class WordPieceSegmenter implements Segmenter {
  readonly pieces: readonly string[];
  readonly unknownId: number;
  /** The options, with defaults. */
  readonly options: Required<WordPieceOptions>;

  readonly #idOf: Map<string, number>;
  readonly #wordPiece: WordPiece;
  readonly #characters = new Map<number, readonly Character[]>();
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  // The current word: its UTF-8, start and end of each byte's source, its length.
  #word = new Uint8Array(256);
  #sourceStart = new Int32Array(256);
  #sourceEnd = new Int32Array(256);
  #length = 0;
  #characterCount = 0;
  // The pieces so far; tokens and offsets only if requested.
  #ids: number[] = [];
  #details: { tokens: string[]; offsets: [number, number][] } | undefined;

  /**
   * Creates a segmenter from pieces.
   *
   * @param pieces The vocabulary, by id.
   * @param options Cleaning and markers.
   * @throws {SyntaxError} If a piece is a duplicate, or the unknown piece is missing.
   */
  constructor(pieces: readonly string[], options: WordPieceOptions) {
    this.pieces = pieces;
    this.options = {
      ...options,
      stripAccents: options.stripAccents ?? options.lowerCase,
      unknownToken: options.unknownToken ?? BERT_SPECIAL_TOKENS.unk,
      continuingPrefix: options.continuingPrefix ?? "##",
      maxCharactersPerWord: options.maxCharactersPerWord ?? 100,
    };
    this.#idOf = new Map(pieces.map((piece, id) => [piece, id]));
    if (this.#idOf.size !== pieces.length) {
      const id = pieces.findIndex((piece, i) => this.#idOf.get(piece) !== i);
      throw new SyntaxError(
        `Cannot use the vocabulary: piece ${id}, ${quote(pieces[id])}, is a duplicate`,
      );
    }
    const unknown = this.#idOf.get(this.options.unknownToken);
    if (unknown === undefined) {
      throw new SyntaxError(
        `Cannot use the vocabulary: it has no piece ${shown(this.options.unknownToken)}`,
      );
    }
    this.unknownId = unknown;
    this.#wordPiece = new WordPiece(pieces, this.options.continuingPrefix);
  }

  /**
   * Creates a segmenter from BERT's `vocab.txt`.
   *
   * @param text One piece per line.
   * @param options Cleaning. By default text is lower-cased if the vocabulary has no capital letters.
   * @returns The segmenter.
   * @throws {SyntaxError} If a piece is empty or a duplicate, or `[UNK]` is missing.
   */
  static fromVocabulary(text: string, options: TokenizerOptions): WordPieceSegmenter {
    const pieces = text.replace(/\r?\n$/, "").split("\n")
      // A piece of white space alone has an id, but matches nothing.
      .map((line) => line.trimEnd() || line.replace(/\r$/, ""));
    const empty = pieces.indexOf("");
    if (empty >= 0) {
      const source = options.source ?? "vocab.txt";
      throw new SyntaxError(`Cannot read ${source} as a vocab.txt: line ${empty + 1} is empty`);
    }
    // Only words count: vocabularies that lower case have pieces such as [CLS] and <S>.
    const isCased = pieces.some((piece) => /^(?:##)?\p{L}*\p{Lu}\p{L}*$/u.test(piece));
    return new WordPieceSegmenter(pieces, {
      lowerCase: options.lowerCase ?? !isCased,
      stripAccents: options.stripAccents,
      cleanText: true,
      splitChinese: options.splitChinese ?? true,
      unknownToken: options.specialTokens?.unk,
    });
  }

  pieceToId(piece: string): number | undefined {
    return this.#idOf.get(piece);
  }

  clean(text: string): string {
    return text;
  }

  encodeIds(text: string): Int32Array {
    this.#details = undefined;
    this.#walk(text);
    return Int32Array.from(this.#ids);
  }

  segment(text: string): Segmentation {
    const details = this.#details = { tokens: [], offsets: [] };
    this.#walk(text);
    return { ids: Int32Array.from(this.#ids), ...details };
  }

  decode(ids: ArrayLike<number>): string {
    const { continuingPrefix } = this.options;
    const { pad, cls, sep, mask } = BERT_SPECIAL_TOKENS;
    const silent = new Set([pad, cls, sep, mask]);
    let text = "";
    for (let i = 0; i < ids.length; i++) {
      const piece = this.pieces[ids[i]];
      if (piece === undefined) {
        throw new RangeError(
          `Cannot decode id ${ids[i]}: the vocabulary has ${this.pieces.length} pieces`,
        );
      }
      if (silent.has(piece)) continue;
      if (text !== "" && piece.startsWith(continuingPrefix)) {
        text += piece.slice(continuingPrefix.length);
      } else text += text === "" ? piece : ` ${piece}`;
    }
    return text;
  }

  #walk(text: string): void {
    this.#ids = [];
    this.#length = 0;
    this.#characterCount = 0;
    for (let start = 0, end = 0; start < text.length; start = end) {
      const code = text.codePointAt(start)!;
      end = start + (code > 0xffff ? 2 : 1);
      const characters = this.#characters.get(code) ?? this.#look(code);
      for (let i = 0; i < characters.length; i++) {
        const character = characters[i];
        if (character.kind === CharacterKind.word) this.#append(character, start, end);
        else {
          this.#finishWord();
          if (character.kind === CharacterKind.alone) {
            this.#append(character, start, end);
            this.#finishWord();
          }
        }
      }
    }
    this.#finishWord();
  }

  #append(character: Character, start: number, end: number): void {
    const { bytes } = character;
    if (this.#length + bytes.length > this.#word.length) this.#grow();
    for (let i = 0; i < bytes.length; i++) {
      this.#sourceStart[this.#length] = start;
      this.#sourceEnd[this.#length] = end;
      this.#word[this.#length++] = bytes[i];
    }
    this.#characterCount++;
  }

  #finishWord(): void {
    const length = this.#length;
    if (length === 0) return;
    const tooLong = this.#characterCount > this.options.maxCharactersPerWord;
    const count = tooLong ? 0 : this.#wordPiece.cut(this.#word, length);
    if (count === 0) this.#push(this.unknownId, 0, length);
    for (let i = 0, start = 0; i < count; start = this.#wordPiece.ends[i++]) {
      this.#push(this.#wordPiece.ids[i], start, this.#wordPiece.ends[i]);
    }
    this.#length = 0;
    this.#characterCount = 0;
  }

  #push(id: number, start: number, end: number): void {
    this.#ids.push(id);
    if (!this.#details) return;
    this.#details.tokens.push(this.pieces[id]);
    this.#details.offsets.push([this.#sourceStart[start], this.#sourceEnd[end - 1]]);
  }

  #look(code: number): readonly Character[] {
    const text = String.fromCodePoint(code).toWellFormed();
    const found: BertCharacter = bertCharacter(text, this.options);
    const encoder = new TextEncoder();
    const characters = found.map(({ kind, text }) => ({ kind, text, bytes: encoder.encode(text) }));
    this.#characters.set(code, characters);
    return characters;
  }

  #grow(): void {
    const word = new Uint8Array(2 * this.#word.length + 16);
    const starts = new Int32Array(word.length), ends = new Int32Array(word.length);
    word.set(this.#word);
    starts.set(this.#sourceStart);
    ends.set(this.#sourceEnd);
    this.#word = word;
    this.#sourceStart = starts;
    this.#sourceEnd = ends;
  }
}
