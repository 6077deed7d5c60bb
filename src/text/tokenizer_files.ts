/**
 * Tokenizers from the files of a Hugging Face folder, wherever the files are.
 *
 * @module
 */
import { parseJsonObject } from "../json/mod.ts";
import { Tokenizer } from "./tokenizer.ts";
import type { TokenizerOptions } from "./segmenter.ts";

/** Files that contain a vocabulary, in the order of precedence. */
export const VOCABULARY_FILES = ["spiece.model", "tokenizer.json", "vocab.txt"] as const;

/** Contains the settings that a vocabulary file leaves open. */
const CONFIG = "tokenizer_config.json";

/** Where {@linkcode readTokenizer} looks for a vocabulary. */
export interface TokenizerPlace {
  /** The folder with a separator at its end, for error messages. */
  readonly folder?: string;
  /** Names of files that may contain the vocabulary; {@linkcode VOCABULARY_FILES} by default. */
  readonly names?: readonly string[];
}

/**
 * Creates the tokenizer of a folder from the first vocabulary file that it contains, and `tokenizer_config.json`.
 *
 * @param read Resolves with the bytes of a file of the folder, or null if there is no such file.
 * @param options Settings that override those of the files.
 * @param place The folder's name, and those of vocabulary files.
 * @returns The tokenizer, or null if the folder contains no vocabulary.
 * @throws {SyntaxError} If a file is invalid.
 * @throws {TypeError} If a file uses a feature that is not supported.
 */
export async function readTokenizer(
  read: (name: string) => Promise<Uint8Array | null>,
  options: TokenizerOptions = {},
  { folder = "", names = VOCABULARY_FILES }: TokenizerPlace = {},
): Promise<Tokenizer | null> {
  for (const name of names) {
    const bytes = await read(name);
    if (bytes === null) continue;
    const config = await read(CONFIG);
    const settings = config === null
      ? {}
      : parseTokenizerConfig(decodeUtf8(config, folder + CONFIG), folder + CONFIG);
    return tokenizerFromBytes(bytes, { ...settings, source: folder + name, ...options });
  }
  return null;
}

/**
 * Creates a tokenizer from a `spiece.model`, a `tokenizer.json` or a `vocab.txt`. The content decides which of them it is, not the name.
 *
 * @param bytes The file's content.
 * @param options Settings that the file leaves open, and those to override. `source` is the file's name, for error messages.
 * @returns The tokenizer.
 * @throws {SyntaxError} If the file is invalid.
 * @throws {TypeError} If the file uses a feature that is not supported.
 */
export function tokenizerFromBytes(
  bytes: Uint8Array,
  options: TokenizerOptions = {},
): Tokenizer {
  const { source = "the vocabulary" } = options;
  if (bytes.length === 0) throw new SyntaxError(`Cannot read ${source}: it is empty`);
  try {
    if (/^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)))) {
      return Tokenizer.fromJson(decodeUtf8(bytes, source), options);
    }
    return looksLikeText(bytes)
      ? Tokenizer.fromVocabulary(decodeUtf8(bytes, source), options)
      : Tokenizer.fromModel(bytes, options);
  } catch (error) {
    const expected = error instanceof SyntaxError || error instanceof TypeError;
    if (expected && !error.message.includes(source)) error.message += ` (file ${source})`;
    throw error;
  }
}

/**
 * Reads the settings of a `tokenizer_config.json` for lower case and accents. Settings that the file does not contain are left out.
 *
 * @param text The file's text.
 * @param source Its name for error messages.
 * @returns Options for a tokenizer.
 * @throws {SyntaxError} If the text is not a JSON object.
 */
export function parseTokenizerConfig(
  text: string,
  source: string = CONFIG,
): TokenizerOptions {
  let config: { do_lower_case?: unknown; keep_accents?: unknown; strip_accents?: unknown };
  try {
    config = parseJsonObject(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot read ${source}: ${(cause as Error).message}`, { cause });
  }
  const options: TokenizerOptions = {};
  if (typeof config.do_lower_case === "boolean") options.lowerCase = config.do_lower_case;
  if (typeof config.keep_accents === "boolean") options.stripAccents = !config.keep_accents;
  if (typeof config.strip_accents === "boolean") options.stripAccents = config.strip_accents;
  return options;
}

/** A SentencePiece model starts with field 1, a message (byte 0x0a). A text vocabulary has no control characters. */
function looksLikeText(bytes: Uint8Array): boolean {
  return bytes[0] > 0x20 && !bytes.subarray(0, 4096).some((byte) => byte < 9);
}

function decodeUtf8(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SyntaxError(`Cannot read ${source}: it is not valid UTF-8`, { cause });
  }
}
