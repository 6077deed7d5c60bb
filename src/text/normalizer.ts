/**
 * SentencePiece's normalizer: applies the compiled character rules of a model, collapses white space
 * and writes it as ▁, with an alignment from each normalized byte to its source.
 *
 * Source: google/sentencepiece, `src/normalizer.cc`.
 *
 * @module
 */
import { buildDoubleArray, unitHasLeaf, unitLabel, unitOffset, unitValue } from "./double_array.ts";
import type { NormalizerSpec } from "./sentencepiece_model.ts";

const SPACE = 0x20;
const ASCII_END = 0x80;
/** ▁ (U+2581) in UTF-8. */
const META = [0xe2, 0x96, 0x81] as const;

/** Longest replacement of a rule in bytes; that of the longest rule of Unicode has 33. */
const LONGEST_REPLACEMENT = 1024;
/** How many times longer than the text the result may be, and the length that any result may have. */
const MOST_GROWTH = 32, FREE_LENGTH = 65_536;

/** Whether an ASCII byte before another one can be copied without a look-up. */
const SLOW = 0, PLAIN_BEFORE_ASCII = 1;

/** Settings of a {@link Normalizer} from outside of the model's `NormalizerSpec`. */
export interface NormalizerOptions {
  /** Symbols that no rule changes: the model's user-defined pieces. */
  userDefinedSymbols?: readonly string[];
  /** Whether ▁ is at the end of a word instead of its start. */
  treatWhitespaceAsSuffix?: boolean;
}

/**
 * Normalizes UTF-8 text by the rules of a SentencePiece model.
 *
 * {@link Normalizer.run} writes to buffers that the next call overwrites, so it does not allocate
 * memory for each line.
 *
 * @example
 * ```ts
 * import { Normalizer } from "./normalizer.ts";
 *
 * const normalized = new Normalizer({}).normalize("  two   words ");
 * if (normalized !== "▁two▁words") throw new Error(normalized);
 * ```
 */
export class Normalizer {
  /** The last result in UTF-8, up to the length that `run` returned. */
  output: Uint8Array = new Uint8Array(1024);
  /**
   * The input byte at which the source of each output byte starts, and one more entry for the end.
   * Written only if `run` is called with `aligned`.
   */
  alignment: Int32Array = new Int32Array(1025);

  readonly #rules: Uint32Array | undefined;
  readonly #replacements: Uint8Array = new Uint8Array(0);
  readonly #symbols: Uint32Array | undefined;
  readonly #asciiClass = new Uint8Array(ASCII_END);
  readonly #addDummyPrefix: boolean;
  readonly #removeExtra: boolean;
  readonly #escape: boolean;
  readonly #suffix: boolean;
  #length = 0;
  #longest = 0;
  #aligned = false;

  // The result of #matchPrefix: a range of a buffer, and the number of input bytes it replaces.
  #found: Uint8Array = this.output;
  #foundStart = 0;
  #foundEnd = 0;
  #consumed = 0;

  /**
   * Creates a normalizer.
   *
   * @param spec The model's normalizer settings; absent fields have SentencePiece's defaults.
   * @param options Settings from the rest of the model.
   * @throws {SyntaxError} If `spec.precompiledCharsmap` is invalid.
   */
  constructor(spec: NormalizerSpec, options: NormalizerOptions = {}) {
    this.#addDummyPrefix = spec.addDummyPrefix ?? true;
    this.#removeExtra = spec.removeExtraWhitespaces ?? true;
    this.#escape = spec.escapeWhitespaces ?? true;
    this.#suffix = options.treatWhitespaceAsSuffix ?? false;
    const map = spec.precompiledCharsmap;
    if (map && map.length > 0) {
      const { units, replacements } = decodeCharsmap(map);
      this.#rules = units;
      this.#replacements = replacements;
    }
    const symbols = [...new Set(options.userDefinedSymbols ?? [])].filter((s) =>
      s !== "" && !s.includes("\0")
    )
      .sort();
    if (symbols.length > 0) {
      const encoder = new TextEncoder();
      this.#symbols = buildDoubleArray(symbols.map((s) => encoder.encode(s)), symbols.map(() => 0));
    }
    for (let byte = 0; byte < ASCII_END; byte++) this.#asciiClass[byte] = this.#classify(byte);
  }

  /**
   * Normalizes a string.
   *
   * @param text Any text; a lone surrogate is read as U+FFFD.
   * @returns The normalized text, with ▁ for spaces if the model escapes them.
   */
  normalize(text: string): string {
    const length = this.run(new TextEncoder().encode(text));
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.output.subarray(0, length));
  }

  /**
   * Normalizes UTF-8 bytes into {@link Normalizer.output}.
   *
   * @param input Well-formed UTF-8.
   * @param length Number of bytes of `input` to read.
   * @param aligned Also fill {@link Normalizer.alignment}.
   * @returns The number of bytes written.
   * @throws {TypeError} If the rules make many times more bytes of the text.
   */
  run(input: Uint8Array, length: number = input.length, aligned = false): number {
    this.#length = 0;
    this.#longest = FREE_LENGTH + MOST_GROWTH * length;
    this.#aligned = aligned;
    this.#reserve(length + 2 * META.length);
    let position = 0;
    if (this.#removeExtra) position = this.#skipLeadingSpaces(input, length);
    if (position >= length) {
      if (aligned) this.alignment[0] = position;
      return 0;
    }
    if (this.#addDummyPrefix && !this.#suffix) this.#writeSpace(position);
    position = this.#body(input, position, length);
    if (this.#removeExtra) position = this.#trimTrailingSpaces(position);
    if (this.#addDummyPrefix && this.#suffix) this.#writeSpace(position);
    if (aligned) this.alignment[this.#length] = position;
    this.#checkLength();
    return this.#length;
  }

  #checkLength(): void {
    if (this.#length <= this.#longest) return;
    throw new TypeError(
      `Cannot use the model's precompiled_charsmap: it makes more than ${this.#longest} bytes of a ` +
        `text, more than ${MOST_GROWTH} times its length`,
    );
  }

  #body(input: Uint8Array, start: number, length: number): number {
    const classes = this.#asciiClass, removeExtra = this.#removeExtra;
    let position = start;
    let afterSpace = removeExtra;
    while (position < length) {
      const byte = input[position];
      if (
        byte < ASCII_END && classes[byte] === PLAIN_BEFORE_ASCII &&
        (position + 1 === length || input[position + 1] < ASCII_END)
      ) {
        if (byte !== SPACE) {
          this.#writeByte(byte, position);
          afterSpace = false;
        } else if (!afterSpace) {
          this.#writeSpace(position);
          afterSpace = removeExtra;
        }
        position++;
        continue;
      }
      this.#matchPrefix(input, position, length);
      const found = this.#found, end = this.#foundEnd;
      let from = this.#foundStart;
      while (afterSpace && from < end && found[from] === SPACE) from++;
      if (from < end) {
        for (let i = from; i < end; i++) {
          if (found[i] === SPACE) this.#writeSpace(position);
          else this.#writeByte(found[i], position);
        }
        afterSpace = removeExtra && found[end - 1] === SPACE;
      }
      position += this.#consumed;
    }
    return position;
  }

  #skipLeadingSpaces(input: Uint8Array, length: number): number {
    let position = 0;
    while (position < length) {
      this.#matchPrefix(input, position, length);
      if (this.#foundEnd - this.#foundStart !== 1 || this.#found[this.#foundStart] !== SPACE) break;
      position += this.#consumed;
    }
    return position;
  }

  /** Removes spaces at the end of the output. Returns the source position of the first one. */
  #trimTrailingSpaces(position: number): number {
    const out = this.output, space = this.#escape ? META : [SPACE];
    for (;;) {
      const length = this.#length - space.length;
      if (length < 0 || !space.every((byte, i) => out[length + i] === byte)) return position;
      if (this.#aligned) position = this.alignment[length];
      this.#length = length;
    }
  }

  /** Finds the longest user-defined symbol, else the longest rule, else the character itself. */
  #matchPrefix(input: Uint8Array, start: number, length: number): void {
    const symbol = this.#symbols ? longestMatch(this.#symbols, input, start, length) : undefined;
    const rule = symbol || !this.#rules
      ? undefined
      : longestMatch(this.#rules, input, start, length);
    if (rule && rule.value < this.#replacements.length) {
      const table = this.#replacements;
      const end = table.indexOf(0, rule.value);
      this.#found = table;
      this.#foundStart = rule.value;
      this.#foundEnd = end < 0 ? table.length : end;
      this.#consumed = rule.length;
      return;
    }
    this.#consumed = symbol ? symbol.length : Math.min(utf8Length(input[start]), length - start);
    this.#found = input;
    this.#foundStart = start;
    this.#foundEnd = start + this.#consumed;
  }

  /** An ASCII byte is plain if no rule or symbol equals it, or starts with it and another ASCII byte. */
  #classify(byte: number): number {
    for (const units of [this.#rules, this.#symbols]) {
      if (!units) continue;
      const node = unitOffset(units[0]) ^ byte;
      if (unitLabel(units[node]) !== byte) continue;
      if (unitHasLeaf(units[node])) return SLOW;
      const children = node ^ unitOffset(units[node]);
      for (let next = 1; next < ASCII_END; next++) {
        if (unitLabel(units[children ^ next]) === next) return SLOW;
      }
    }
    return PLAIN_BEFORE_ASCII;
  }

  #writeSpace(source: number): void {
    if (!this.#escape) return this.#writeByte(SPACE, source);
    for (const byte of META) this.#writeByte(byte, source);
  }

  #writeByte(byte: number, source: number): void {
    if (this.#length >= this.output.length) this.#reserve(2 * this.#length);
    if (this.#aligned) this.alignment[this.#length] = source;
    this.output[this.#length++] = byte;
  }

  #reserve(size: number): void {
    if (size <= this.output.length) return;
    this.#checkLength();
    const output = new Uint8Array(2 * size), alignment = new Int32Array(2 * size + 1);
    output.set(this.output);
    alignment.set(this.alignment);
    this.output = output;
    this.alignment = alignment;
  }
}

/** Number of bytes of the UTF-8 character that starts with this byte. */
export function utf8Length(lead: number): number {
  return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

function longestMatch(
  units: Uint32Array,
  input: Uint8Array,
  start: number,
  end: number,
): { length: number; value: number } | undefined {
  let node = unitOffset(units[0]);
  let length = 0, value = 0;
  for (let i = start; i < end; i++) {
    node ^= input[i];
    if (node >= units.length) break;
    const unit = units[node];
    if (unitLabel(unit) !== input[i]) break;
    node ^= unitOffset(unit);
    if (unitHasLeaf(unit)) {
      length = i + 1 - start;
      value = unitValue(units[node]);
    }
  }
  return length > 0 ? { length, value } : undefined;
}

/**
 * Takes a `precompiled_charsmap` apart: the size of the trie (uint32, little endian), the double
 * array, and NUL-terminated strings.
 *
 * @throws {SyntaxError} If the sizes do not fit, or a string is too long.
 */
export function decodeCharsmap(map: Uint8Array): { units: Uint32Array; replacements: Uint8Array } {
  const view = new DataView(map.buffer, map.byteOffset, map.byteLength);
  const size = map.length > 4 ? view.getUint32(0, true) : 0;
  if (size === 0 || size % 4 !== 0 || 4 + size > map.length) {
    throw new SyntaxError(
      `Cannot use the model's precompiled_charsmap: the size of its trie is ${size} bytes, but the map has ${map.length} bytes`,
    );
  }
  const units = new Uint32Array(size / 4);
  for (let i = 0; i < units.length; i++) units[i] = view.getUint32(4 + 4 * i, true);
  const replacements = map.subarray(4 + size);
  for (let start = 0; start < replacements.length;) {
    const found = replacements.indexOf(0, start);
    const end = found < 0 ? replacements.length : found;
    if (end - start > LONGEST_REPLACEMENT) {
      throw new SyntaxError(
        `Cannot use the model's precompiled_charsmap: a replacement has ${
          end - start
        } bytes, more than ${LONGEST_REPLACEMENT}`,
      );
    }
    start = end + 1;
  }
  return { units, replacements };
}
