/**
 * Segmentation with a SentencePiece unigram model: cleaning, normalization, the best path, and
 * offsets in the original string.
 *
 * @module
 */
import { AlbertCleaner, type CleaningOptions, NO_CLEANING } from "./albert_cleaning.ts";
import { cutDigitComma, endsInDigitComma } from "./digit_comma.ts";
import { Normalizer } from "./normalizer.ts";
import type { Segmentation, Segmenter } from "./segmenter.ts";
import { SourceSpans } from "./source_spans.ts";
import { ModelType, PieceType, type SentencePieceModel } from "./sentencepiece_model.ts";
import { MOST_SEGMENTATIONS, samplePath } from "./lattice_search.ts";
import { Unigram } from "./unigram.ts";

const META = "▁";
const DEFAULT_UNKNOWN_SURFACE = " ⁇ ";
const MODEL_TYPE_NAMES = ["", "unigram", "BPE", "word", "char"];

/** Options of a {@link SentencePieceSegmenter} in addition to its model. */
export interface SentencePieceOptions {
  /** Cleaning before the model; none by default. */
  cleaning?: Readonly<CleaningOptions>;
  /** Whether to split pieces such as "9," before the comma, as ALBERT does; false by default. */
  splitDigitComma?: boolean;
}

/** Ids of a text and their log probability. */
export interface ScoredIds {
  /** The ids. */
  readonly ids: Int32Array;
  /** Sum of the pieces' log probabilities; 0 for the best segmentation alone. */
  readonly score: number;
}

/** How {@linkcode SentencePieceSegmenter.sample} draws. */
export interface SamplingOptions {
  /** Exponent of the probabilities: 0 makes all segmentations alike, larger values sharpen. */
  readonly alpha: number;
  /** Number of best segmentations to draw from; negative: all; 0 and 1: the best one. */
  readonly nBestSize: number;
  /** Returns numbers from 0 to below 1. */
  readonly random: () => number;
}

/** Segments text with a SentencePiece unigram model. */
export class SentencePieceSegmenter implements Segmenter {
  readonly pieces: readonly string[];
  readonly unknownId: number;
  /** The model. */
  readonly model: SentencePieceModel;
  /** The options, with defaults. */
  readonly options: Required<SentencePieceOptions>;

  readonly #idOf = new Map<string, number>();
  readonly #cleaner: AlbertCleaner;
  readonly #normalizer: Normalizer;
  /** Normalizes text of pieces to split while the result of the other normalizer is in use. */
  readonly #pieceNormalizer: Normalizer;
  readonly #unigram: Unigram;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** Replacements of the pieces that end with a digit and a comma. */
  readonly #cuts = new Map<number, Cut>();
  /** 1 for each id in `#cuts`. */
  readonly #isCut: Uint8Array;

  /**
   * Creates a segmenter.
   *
   * @param model A unigram model.
   * @param options Cleaning, and the rule for numbers.
   * @throws {TypeError} If the model is of another type, or uses byte fallback.
   * @throws {SyntaxError} If its vocabulary or its normalizer is invalid.
   */
  constructor(model: SentencePieceModel, options: SentencePieceOptions = {}) {
    const type = model.trainerSpec.modelType ?? ModelType.unigram;
    if (type !== ModelType.unigram) {
      const name = MODEL_TYPE_NAMES[type] ?? `number ${type}`;
      throw new TypeError(
        `Cannot use the SentencePiece model: its type is ${name}, but only unigram is supported`,
      );
    }
    if (model.trainerSpec.byteFallback) {
      throw new TypeError(
        "Cannot use the SentencePiece model: byte_fallback is set, which is not supported",
      );
    }
    this.model = model;
    this.options = {
      cleaning: options.cleaning ?? NO_CLEANING,
      splitDigitComma: options.splitDigitComma ?? false,
    };
    this.pieces = model.pieces.map(({ piece }) => piece);
    // A reserved piece (control, unknown) takes precedence over an ordinary one with the same text.
    model.pieces.forEach(({ piece, type }, id) => {
      const reserved = type === PieceType.control || type === PieceType.unknown;
      if (reserved || !this.#idOf.has(piece)) this.#idOf.set(piece, id);
    });
    this.unknownId = model.pieces.findIndex(({ type }) => type === PieceType.unknown);
    this.#cleaner = new AlbertCleaner(this.options.cleaning);
    this.#unigram = new Unigram(model.pieces);
    this.#normalizer = createNormalizer(model);
    this.#pieceNormalizer = createNormalizer(model);
    this.#isCut = new Uint8Array(model.pieces.length);
    if (this.options.splitDigitComma) this.#prepareCuts();
  }

  pieceToId(piece: string): number | undefined {
    return this.#idOf.get(piece);
  }

  clean(text: string): string {
    return this.#cleaner.clean(text);
  }

  encodeIds(text: string): Int32Array {
    const cleaned = this.#cleaner.run(text);
    const length = this.#normalizer.run(this.#cleaner.output, cleaned);
    const count = this.#unigram.segment(this.#normalizer.output, length);
    const ids = this.#unigram.ids.slice(0, count);
    if (!this.options.splitDigitComma) return ids;
    // If the comma is not in the vocabulary, unknown text can end with a comma, too. This is rare and slow.
    if (!this.#idOf.has(",")) return this.segment(text).ids;
    return ids.some((id) => this.#isCut[id]) ? this.#withCuts(ids) : ids;
  }

  /**
   * Segments a text in the most probable ways, best first.
   *
   * @param count Most segmentations to return, up to 1024.
   */
  nBest(text: string, count: number): ScoredIds[] {
    const cleaned = this.#cleaner.run(text);
    const length = this.#normalizer.run(this.#cleaner.output, cleaned);
    if (count <= 1 || length === 0) return [{ ids: this.encodeIds(text), score: 0 }];
    const { lattice } = this.#unigram.lattice(this.#normalizer.output, length);
    return lattice.nBest(Math.min(count, MOST_SEGMENTATIONS))
      .map(({ ids, score }) => ({ ids: this.#fused(ids), score }));
  }

  /**
   * Segments a text at random (subword regularization).
   *
   * @param options How to draw.
   */
  sample(text: string, { alpha, nBestSize, random }: SamplingOptions): Int32Array {
    const cleaned = this.#cleaner.run(text);
    const length = this.#normalizer.run(this.#cleaner.output, cleaned);
    if (length === 0 || nBestSize === 0 || nBestSize === 1) return this.encodeIds(text);
    const { lattice } = this.#unigram.lattice(this.#normalizer.output, length);
    const path = nBestSize < 0
      ? lattice.sample(alpha, random)
      : samplePath(lattice.nBest(Math.min(nBestSize, MOST_SEGMENTATIONS)), alpha, random);
    return this.#fused(path.ids);
  }

  /** Unknown characters side by side are one piece; pieces such as "9," are cut. */
  #fused(ids: readonly number[]): Int32Array {
    const fused = Int32Array.from(
      ids.filter((id, i) => id !== this.unknownId || ids[i - 1] !== this.unknownId),
    );
    return this.options.splitDigitComma ? this.#withCuts(fused) : fused;
  }

  segment(text: string): Segmentation {
    const cleaned = this.#cleaner.run(text, true);
    const length = this.#normalizer.run(this.#cleaner.output, cleaned, true);
    const count = this.#unigram.segment(this.#normalizer.output, length);
    const spans = new SourceSpans(
      this.#normalizer.output,
      this.#normalizer.alignment,
      this.#cleaner.alignment,
      length,
    );
    // Copied, because splitting an unknown piece segments text again.
    const plainIds = this.#unigram.ids.slice(0, count);
    const ends = this.#unigram.ends.slice(0, count);
    const ids: number[] = [], tokens: string[] = [], offsets: [number, number][] = [];
    for (let i = 0, start = 0; i < count; start = ends[i++]) {
      const token = this.#decoder.decode(this.#normalizer.output.subarray(start, ends[i]));
      const cut = this.#cutOf(plainIds[i], token) ?? { ids: [plainIds[i]], tokens: [token] };
      let from = start;
      for (let part = 0; part < cut.ids.length; part++) {
        const isLast = part === cut.ids.length - 1;
        const to = isLast ? ends[i] : Math.min(from + utf8Size(cut.tokens[part]), ends[i] - 1);
        ids.push(cut.ids[part]);
        tokens.push(cut.tokens[part]);
        offsets.push(spans.of(from, to));
        from = to;
      }
    }
    return { ids: Int32Array.from(ids), tokens, offsets };
  }

  decode(ids: ArrayLike<number>): string {
    const { normalizerSpec, trainerSpec } = this.model;
    const dropsSpace = (normalizerSpec.addDummyPrefix ?? true) ||
      (normalizerSpec.removeExtraWhitespaces ?? true);
    const dropsAll = normalizerSpec.removeExtraWhitespaces ?? true;
    let text = "", atStart = true;
    for (let i = 0; i < ids.length; i++) {
      const entry = this.model.pieces[ids[i]];
      if (!entry) {
        throw new RangeError(
          `Cannot decode id ${ids[i]}: the vocabulary has ${this.pieces.length} pieces`,
        );
      }
      if (entry.type === PieceType.control) continue;
      if (entry.type === PieceType.unknown) {
        text += trainerSpec.unkSurface ?? DEFAULT_UNKNOWN_SURFACE;
      } else {
        let { piece } = entry;
        if (atStart && dropsSpace && piece.startsWith(META)) {
          piece = piece.slice(1);
          if (!dropsAll) atStart = false;
        }
        text += piece.replaceAll(META, " ");
      }
      if (text !== "") atStart = false;
    }
    return text;
  }

  #prepareCuts(): void {
    this.model.pieces.forEach(({ piece, type }, id) => {
      const occurs = type === PieceType.normal || type === PieceType.userDefined;
      if (!occurs || !endsInDigitComma(piece)) return;
      this.#cuts.set(id, this.#cut(piece));
      this.#isCut[id] = 1;
    });
  }

  #cutOf(id: number, token: string): Cut | undefined {
    if (!this.options.splitDigitComma) return undefined;
    if (id !== this.unknownId) return this.#cuts.get(id);
    return endsInDigitComma(token) ? this.#cut(token) : undefined;
  }

  #cut(piece: string): Cut {
    const tokens = cutDigitComma(piece, (text) => this.#piecesOf(text));
    return { tokens, ids: tokens.map((token) => this.#idOf.get(token) ?? this.unknownId) };
  }

  #withCuts(ids: Int32Array): Int32Array {
    const result: number[] = [];
    for (const id of ids) {
      if (this.#isCut[id]) result.push(...this.#cuts.get(id)!.ids);
      else result.push(id);
    }
    return Int32Array.from(result);
  }

  /** Segments a text without cleaning and without the rule for numbers. */
  #piecesOf(text: string): string[] {
    const normalizer = this.#pieceNormalizer;
    const length = normalizer.run(new TextEncoder().encode(text));
    const count = this.#unigram.segment(normalizer.output, length);
    const tokens: string[] = [];
    for (let i = 0, start = 0; i < count; start = this.#unigram.ends[i++]) {
      tokens.push(this.#decoder.decode(normalizer.output.subarray(start, this.#unigram.ends[i])));
    }
    return tokens;
  }
}

/** Pieces that replace another one. */
interface Cut {
  ids: number[];
  tokens: string[];
}

function createNormalizer(model: SentencePieceModel): Normalizer {
  return new Normalizer(model.normalizerSpec, {
    userDefinedSymbols: model.pieces.filter(({ type }) => type === PieceType.userDefined)
      .map(({ piece }) => piece),
    treatWhitespaceAsSuffix: model.trainerSpec.treatWhitespaceAsSuffix,
  });
}

function utf8Size(text: string): number {
  return new TextEncoder().encode(text).length;
}
