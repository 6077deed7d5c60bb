/**
 * The models of `tokenizer.json`, which segment a word into pieces.
 *
 * Source: huggingface/tokenizers, `src/models/unigram/model.rs` and `src/models/wordpiece/mod.rs`.
 *
 * @module
 */
import { isObject, quote, shown } from "../../json/mod.ts";
import {
  buildDoubleArray,
  unitHasLeaf,
  unitLabel,
  unitOffset,
  unitValue,
} from "../double_array.ts";
import { utf8Length } from "../normalizer.ts";
import { WordPiece } from "../wordpiece.ts";
import { UnsupportedPart } from "./parts.ts";

/** A piece of a word. */
export interface Piece {
  readonly id: number;
  /** The text in the vocabulary, or the unknown characters. */
  readonly token: string;
  /** Where it ends in the word, in UTF-16 units. */
  readonly end: number;
}

/** Segments words. */
export interface Model {
  /** The vocabulary in order of id. */
  readonly pieces: readonly string[];
  readonly idOf: ReadonlyMap<string, number>;
  /** Id of the unknown piece, or -1 if there is none. */
  readonly unknownId: number;
  /** Segments a non-empty word. */
  cut(word: string): readonly Piece[];
}

/** Score of an unknown character relative to that of the least probable piece. */
const UNKNOWN_PENALTY = 10;
/** Number of words whose pieces are cached. */
const CACHE_SIZE = 50_000;
/** Longer words are not cached. */
const CACHED_LENGTH = 64;

/**
 * Creates the model.
 *
 * @throws {UnsupportedPart} If it is of another type, or has an option that is not supported.
 * @throws {SyntaxError} If one of its fields is invalid.
 */
export function modelOf(model: Record<string, unknown>): Model {
  const type = model.type ?? (Array.isArray(model.vocab) ? "Unigram" : "WordPiece");
  if (type === "Unigram") return new UnigramModel(model);
  if (type === "WordPiece") return new WordPieceModel(model);
  throw new UnsupportedPart(
    `its model is ${shown(type)}; only Unigram and WordPiece are supported`,
  );
}

function onlyOptions(model: Record<string, unknown>, names: readonly string[]): void {
  const other = Object.keys(model).find((name) => !names.includes(name) && model[name] !== null);
  if (other !== undefined) {
    throw new UnsupportedPart(
      `its model has an option that is not supported, ${shown(other)} ${quote(model[other])}`,
    );
  }
}

/** Scores are added in double precision, unlike SentencePiece's. */
class UnigramModel implements Model {
  readonly pieces: readonly string[];
  readonly idOf = new Map<string, number>();
  readonly unknownId: number;
  readonly #scores: Float64Array;
  readonly #unknownScore: number;
  readonly #units: Uint32Array;
  /** Ids of the 256 byte pieces, if all are used for unknown characters. */
  readonly #bytes: readonly (number | undefined)[] | undefined;
  readonly #cache = new Map<string, readonly Piece[]>();
  readonly #encoder = new TextEncoder();

  constructor(model: Record<string, unknown>) {
    onlyOptions(model, ["type", "vocab", "unk_id", "byte_fallback"]);
    const { vocab, unk_id: unknownId = null, byte_fallback: byteFallback = false } = model;
    if (!Array.isArray(vocab)) throw new SyntaxError("its Unigram model has no vocab list");
    const isId = Number.isInteger(unknownId) && (unknownId as number) >= 0;
    if (unknownId !== null && (!isId || (unknownId as number) >= vocab.length)) {
      throw new SyntaxError(
        `its Unigram model has unk_id ${quote(unknownId)}, expected an id below ${vocab.length}`,
      );
    }
    if (typeof byteFallback !== "boolean") {
      throw new SyntaxError(`its Unigram model has byte_fallback ${quote(byteFallback)}`);
    }
    this.#scores = new Float64Array(vocab.length);
    this.pieces = vocab.map((entry, id) => {
      const [piece, score] = Array.isArray(entry) ? entry : [];
      if (typeof piece !== "string" || typeof score !== "number") {
        throw new SyntaxError(`entry ${id} of its model.vocab is not [piece, score]`);
      }
      if (piece === "" || piece.includes("\0")) {
        throw new UnsupportedPart(`entry ${id} of its model.vocab is empty or contains a NUL`);
      }
      const first = this.idOf.get(piece);
      if (first !== undefined) {
        throw new UnsupportedPart(
          `entries ${first} and ${id} of its model.vocab are both ${quote(piece)}`,
        );
      }
      this.idOf.set(piece, id);
      this.#scores[id] = score;
      return piece;
    });
    this.unknownId = unknownId as number | null ?? -1;
    this.#unknownScore = this.#scores.reduce((low, score) => Math.min(low, score), Infinity) -
      UNKNOWN_PENALTY;
    const sorted = [...this.idOf.keys()].sort();
    this.#units = buildDoubleArray(
      sorted.map((piece) => this.#encoder.encode(piece)),
      sorted.map((piece) => this.idOf.get(piece)!),
    );
    if (byteFallback) {
      this.#bytes = Array.from(
        { length: 256 },
        (_, byte) => this.idOf.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
      );
    }
  }

  cut(word: string): readonly Piece[] {
    const known = this.#cache.get(word);
    if (known !== undefined) return known;
    const pieces = this.#segment(word);
    if (word.length <= CACHED_LENGTH && this.#cache.size < CACHE_SIZE) {
      this.#cache.set(word, pieces);
    }
    return pieces;
  }

  #segment(word: string): Piece[] {
    const bytes = this.#encoder.encode(word), length = bytes.length;
    const best = new Float64Array(length + 1), ids = new Int32Array(length + 1);
    const startOf = new Int32Array(length + 1).fill(-1);
    const units = this.#units, scores = this.#scores;
    for (let start = 0; start < length;) {
      const characterEnd = Math.min(start + utf8Length(bytes[start]), length);
      let characterIsPiece = false;
      let node = unitOffset(units[0]);
      const improve = (end: number, score: number, id: number) => {
        if (startOf[end] >= 0 && !(score > best[end])) return;
        best[end] = score;
        startOf[end] = start;
        ids[end] = id;
      };
      for (let i = start; i < length; i++) {
        node ^= bytes[i];
        const unit = units[node];
        if (unitLabel(unit) !== bytes[i]) break;
        node ^= unitOffset(unit);
        if (!unitHasLeaf(unit)) continue;
        const id = unitValue(units[node]);
        improve(i + 1, best[start] + scores[id], id);
        if (i + 1 === characterEnd) characterIsPiece = true;
      }
      if (!characterIsPiece) improve(characterEnd, best[start] + this.#unknownScore, -2);
      start = characterEnd;
    }
    return this.#backtrack(bytes, startOf, ids);
  }

  /** Adjacent unknown characters are one piece. */
  #backtrack(bytes: Uint8Array, startOf: Int32Array, ids: Int32Array): Piece[] {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const tokens: string[] = [];
    let unknown = "";
    const isUnknown = (id: number) => id === -2 || id === this.unknownId;
    for (let end = bytes.length; end > 0; end = startOf[end]) {
      const text = decoder.decode(bytes.subarray(startOf[end], end));
      if (this.unknownId >= 0 && isUnknown(ids[end])) {
        unknown = text + unknown;
        continue;
      }
      if (unknown !== "") tokens.push(unknown);
      unknown = "";
      tokens.push(text);
    }
    if (unknown !== "") tokens.push(unknown);
    const pieces: Piece[] = [];
    let at = 0;
    for (const token of tokens.reverse()) {
      at += token.length;
      const id = this.idOf.get(token);
      if (id !== undefined) pieces.push({ id, token, end: at });
      else for (const piece of this.#unknown(token, at)) pieces.push(piece);
    }
    return pieces;
  }

  #unknown(token: string, end: number): Piece[] {
    const ids = this.#bytes && [...this.#encoder.encode(token)].map((byte) => this.#bytes![byte]);
    if (ids?.every((id) => id !== undefined)) {
      return ids.map((id) => ({ id: id!, token: this.pieces[id!], end }));
    }
    if (this.unknownId < 0) {
      throw new TypeError(`Cannot encode ${quote(token)}: the Unigram model has no unk_id`);
    }
    return [{ id: this.unknownId, token, end }];
  }
}

class WordPieceModel implements Model {
  readonly pieces: readonly string[];
  readonly idOf = new Map<string, number>();
  readonly unknownId: number;
  readonly #unknown: string;
  readonly #longest: number;
  readonly #wordPiece: WordPiece;
  readonly #encoder = new TextEncoder();

  constructor(model: Record<string, unknown>) {
    const fields = ["unk_token", "continuing_subword_prefix", "max_input_chars_per_word"];
    onlyOptions(model, ["type", "vocab", ...fields]);
    const { unk_token: unknown = "[UNK]", continuing_subword_prefix: prefix = "##" } = model;
    const { max_input_chars_per_word: longest = 100 } = model;
    for (
      const [name, value] of Object.entries({
        unk_token: unknown,
        continuing_subword_prefix: prefix,
      })
    ) {
      if (typeof value !== "string") {
        throw new SyntaxError(`its model.${name} must be a string, got ${quote(value)}`);
      }
    }
    if (!Number.isInteger(longest) || (longest as number) < 0) {
      throw new SyntaxError(`its model.max_input_chars_per_word is ${quote(longest)}`);
    }
    this.pieces = wordPieces(model.vocab);
    this.pieces.forEach((piece, id) => this.idOf.set(piece, id));
    this.#unknown = unknown as string;
    this.unknownId = this.idOf.get(this.#unknown) ?? -1;
    this.#longest = longest as number;
    this.#wordPiece = new WordPiece(this.pieces, prefix as string);
  }

  cut(word: string): readonly Piece[] {
    const bytes = this.#encoder.encode(word);
    const tooLong = word.length > this.#longest && [...word].length > this.#longest;
    const count = tooLong ? 0 : this.#wordPiece.cut(bytes, bytes.length);
    if (count === 0) {
      if (this.unknownId < 0) {
        throw new TypeError(
          `Cannot encode ${quote(word)}: the vocabulary has no piece ${shown(this.#unknown)}`,
        );
      }
      return [{ id: this.unknownId, token: this.#unknown, end: word.length }];
    }
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const { ids, ends } = this.#wordPiece;
    let end = 0;
    return Array.from({ length: count }, (_, i) => {
      end += decoder.decode(bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i])).length;
      return { id: ids[i], token: this.pieces[ids[i]], end };
    });
  }
}

/**
 * The pieces of a WordPiece `vocab` in order of id.
 *
 * @throws {SyntaxError} If an id is missing, used twice or not a number.
 */
export function wordPieces(vocab: unknown): string[] {
  if (!isObject(vocab)) throw new SyntaxError("its WordPiece model has no vocab object");
  const entries = Object.entries(vocab);
  const pieces: (string | undefined)[] = new Array(entries.length).fill(undefined);
  for (const [piece, id] of entries) {
    if (!(Number.isInteger(id) && (id as number) >= 0)) {
      throw new SyntaxError(`the id of ${quote(piece)} in its model.vocab is ${quote(id)}`);
    }
    if ((id as number) < pieces.length) pieces[id as number] = piece;
  }
  const missing = pieces.indexOf(undefined);
  if (missing >= 0) throw new SyntaxError(`its model.vocab has no piece with id ${missing}`);
  return pieces as string[];
}
