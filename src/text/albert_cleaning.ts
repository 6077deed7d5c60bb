/**
 * ALBERT's cleaning of text before SentencePiece: white space is collapsed, `` and '' become ", text is decomposed (NFKD), combining marks are
 * removed, and letters are lower-cased.
 *
 * Source: google-research/albert, `tokenization.py` (`preprocess_text`), with the quotes of
 * XLNet's and Hugging Face's `AlbertTokenizer`.
 *
 * @module
 */
import { hasCombiningClass } from "./combining_class.ts";

/** Steps of the cleaning. */
export interface CleaningOptions {
  /** Remove leading and trailing white space, and replace other white space by one space. */
  foldWhitespace: boolean;
  /** Replace `` and '' by ". */
  replaceQuotes: boolean;
  /** Decompose (NFKD) and remove combining marks. */
  stripAccents: boolean;
  /** Lower case. */
  lowerCase: boolean;
}

/** ALBERT's cleaning. */
export const ALBERT_CLEANING: Readonly<CleaningOptions> = {
  foldWhitespace: true,
  replaceQuotes: true,
  stripAccents: true,
  lowerCase: true,
};

/** No cleaning. */
export const NO_CLEANING: Readonly<CleaningOptions> = {
  foldWhitespace: false,
  replaceQuotes: false,
  stripAccents: false,
  lowerCase: false,
};

const SPACE = 0x20, APOSTROPHE = 0x27, BACKTICK = 0x60, DOUBLE_QUOTE = 0x22;
/** Table entry of ASCII characters that depend on their context. */
const LOOK = 0;
/** The only letter whose lower case depends on its neighbors. */
const CAPITAL_SIGMA = "Σ";
const UTF8_SIGMA = [0xce, 0xa3] as const;

/**
 * Cleans strings. The result is UTF-8 with an alignment to the string.
 *
 * {@link AlbertCleaner.run} writes to buffers that the next call overwrites.
 */
export class AlbertCleaner {
  /** The last result in UTF-8, up to the length that `run` returned. */
  output: Uint8Array = new Uint8Array(1024);
  /**
   * The UTF-16 index at which the source of each output byte starts, and one more entry for the end. Written only if `run` is called with `aligned`.
   */
  alignment: Int32Array = new Int32Array(1025);
  /** The steps of this cleaner. */
  readonly options: Readonly<CleaningOptions>;

  readonly #ascii = new Uint8Array(128);
  /** Replacements of the other characters, computed on first use. */
  readonly #replacements = new Map<number, Uint8Array>();
  readonly #encoder = new TextEncoder();
  #length = 0;
  #sigmas = 0;

  /**
   * Creates a cleaner.
   *
   * @param options The steps; ALBERT's by default.
   */
  constructor(options: Readonly<CleaningOptions> = ALBERT_CLEANING) {
    this.options = options;
    for (let code = 1; code < 128; code++) {
      const quote = options.replaceQuotes && (code === APOSTROPHE || code === BACKTICK);
      const space = options.foldWhitespace && isWhitespace(code);
      const text = String.fromCharCode(code);
      this.#ascii[code] = quote || space
        ? LOOK
        : (options.lowerCase ? text.toLowerCase() : text).charCodeAt(0);
    }
  }

  /**
   * Cleans a string.
   *
   * @param text Any text; a lone surrogate is read as U+FFFD.
   * @returns The cleaned text.
   */
  clean(text: string): string {
    const length = this.run(text);
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.output.subarray(0, length));
  }

  /**
   * Cleans a string into {@link AlbertCleaner.output}.
   *
   * @param text Any text.
   * @param aligned Also fill {@link AlbertCleaner.alignment}.
   * @returns The number of bytes written.
   */
  run(text: string, aligned = false): number {
    this.#length = 0;
    this.#sigmas = 0;
    const { foldWhitespace, replaceQuotes } = this.options;
    const ascii = this.#ascii, length = text.length;
    // Start of white space that is not written yet, or -1.
    let space = -1;
    let end = 0;
    for (let i = 0; i < length; i++) {
      let code = text.charCodeAt(i);
      const start = i;
      if (code < 128) {
        if (ascii[code] !== LOOK) code = ascii[code];
        else if (foldWhitespace && isWhitespace(code)) {
          if (space < 0) space = i;
          continue;
        } else if (replaceQuotes && code !== 0 && text.charCodeAt(i + 1) === code) {
          code = DOUBLE_QUOTE;
          i++;
        }
      } else {
        if (foldWhitespace && isWhitespace(code)) {
          if (space < 0) space = i;
          continue;
        }
        if (code >= 0xd800 && code < 0xe000) {
          code = text.codePointAt(i)!;
          if (code > 0xffff) i++;
        }
      }
      if (space >= 0) {
        if (end > 0) this.#writeByte(SPACE, space, aligned);
        space = -1;
      }
      end = i + 1;
      if (code < 128) this.#writeByte(code, start, aligned);
      else this.#writeCharacter(code, start, aligned);
    }
    if (this.#sigmas > 0) this.#lowerSigmas();
    if (aligned) this.alignment[this.#length] = end;
    return this.#length;
  }

  #writeCharacter(code: number, start: number, aligned: boolean): void {
    let bytes = this.#replacements.get(code);
    if (!bytes) {
      bytes = this.#encoder.encode(this.#replacement(code));
      this.#replacements.set(code, bytes);
    }
    for (let i = 0; i < bytes.length; i++) this.#writeByte(bytes[i], start, aligned);
    if (this.options.lowerCase && bytes.length === 2 && isSigma(bytes, 0)) this.#sigmas++;
  }

  /** Characters are decomposed one by one: NFKD of a text only reorders marks, and marks are removed. */
  #replacement(code: number): string {
    let text = String.fromCodePoint(code).toWellFormed();
    if (this.options.stripAccents) {
      text = [...text.normalize("NFKD")].filter((c) => !hasCombiningClass(c)).join("");
    }
    return this.options.lowerCase && text !== CAPITAL_SIGMA ? text.toLowerCase() : text;
  }

  /** Chooses between σ and ς, which have as many bytes as Σ. */
  #lowerSigmas(): void {
    const bytes = this.output.subarray(0, this.#length);
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).toLowerCase();
    const lower = this.#encoder.encode(text);
    for (let i = 0; i + 1 < this.#length; i++) {
      if (isSigma(this.output, i)) {
        this.output[i] = lower[i];
        this.output[i + 1] = lower[i + 1];
      }
    }
  }

  #writeByte(byte: number, source: number, aligned: boolean): void {
    if (this.#length >= this.output.length) this.#grow();
    if (aligned) this.alignment[this.#length] = source;
    this.output[this.#length++] = byte;
  }

  #grow(): void {
    const output = new Uint8Array(2 * this.output.length);
    const alignment = new Int32Array(output.length + 1);
    output.set(this.output);
    alignment.set(this.alignment);
    this.output = output;
    this.alignment = alignment;
  }
}

/** Whether Python's `str.split` treats a character as white space: not U+FEFF, but U+001C to U+001F. */
export function isWhitespace(code: number): boolean {
  if (code < 0x80) return code === SPACE || (code >= 9 && code <= 13) || (code >= 28 && code <= 31);
  return code === 0x85 || code === 0xa0 || code === 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000;
}

function isSigma(bytes: Uint8Array, index: number): boolean {
  return bytes[index] === UTF8_SIGMA[0] && bytes[index + 1] === UTF8_SIGMA[1];
}
