/**
 * Tokenizers from the files of a Hugging Face folder, in memory or on disk.
 *
 * @module
 */
import { checkNotPointer } from "../json/mod.ts";
import type { AddedToken } from "./pipeline/added_tokens.ts";
import { readSentencePieceModel } from "./sentencepiece_model.ts";
import { Tokenizer } from "./tokenizer.ts";
import { lengthsOf, parseTokenizerJson, plainConversion } from "./tokenizer_json.ts";
import type { TokenizerOptions } from "./tokenizer_options.ts";
import { readSettings, type TokenizerSettings } from "./tokenizer_settings.ts";

/** Files that contain a vocabulary, in the order of precedence. */
export const VOCABULARY_FILES = ["spiece.model", "tokenizer.json", "vocab.txt"] as const;

/** Names of a folder and its files for {@linkcode readTokenizer}. */
export interface TokenizerPlace {
  /** The folder with a separator at its end, for error messages. */
  readonly folder?: string;
  /** Names of files that may contain the vocabulary; {@linkcode VOCABULARY_FILES} by default. */
  readonly names?: readonly string[];
}

/**
 * Creates the tokenizer of a folder.
 *
 * A `tokenizer.json` is used, unless it is the plain conversion of the `spiece.model` next to it:
 * then that model is used. Without a `tokenizer.json`, `spiece.model` or `vocab.txt` is used.
 * `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` apply to all of them.
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
  const found: VocabularyFile[] = [];
  for (const name of names) {
    const bytes = await read(name);
    if (bytes === null) continue;
    try {
      checkNotPointer(bytes);
    } catch (cause) {
      throw new SyntaxError(`Cannot read ${folder}${name}: ${(cause as Error).message}`, { cause });
    }
    found.push({ name, bytes });
  }
  if (found.length === 0) return null;
  const settings = await readSettings(async (name) => {
    const bytes = await read(name);
    return bytes === null ? null : decodeUtf8(bytes, folder + name);
  }, folder);
  if (found.length === 1) {
    const hasJson = settings.kind !== "generic" || await read("tokenizer.json") !== null;
    checkClass(found[0], settings, folder, hasJson);
  }
  const { name, bytes, lowerCase, stripAccents, lengths } = chosen(
    found,
    settings,
    folder,
    options.raw,
  );
  const source = folder + name;
  const isGeneric = settings.kind === "generic" && kindOfFile(bytes) === "json";
  const given: TokenizerOptions = {
    ...lowerCase !== undefined && { lowerCase, stripAccents },
    lengths,
    ...isGeneric ? {} : settings.options,
    specialTokens: settings.specialTokens,
    addedTokens: namedTokens(settings),
    defaultLayout: settings.kind === "albert" || settings.kind === "bert",
    source,
  };
  return tokenizerFromBytes(bytes, { ...given, ...options });
}

interface VocabularyFile extends Pick<TokenizerOptions, "lowerCase" | "stripAccents" | "lengths"> {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The file that determines the ids. */
function chosen(
  found: readonly VocabularyFile[],
  { kind, addedTokens }: TokenizerSettings,
  folder: string,
  raw = false,
): VocabularyFile {
  if (found.length === 1) return found[0];
  const file = (name: string) => found.find((entry) => entry.name === name);
  const model = file("spiece.model"), json = file("tokenizer.json"), words = file("vocab.txt");
  if (json === undefined) return (kind === "bert" ? words : model)!;
  if (model === undefined || model.bytes.length === 0) return json;
  if (raw) return model;
  const content = readSentencePieceModel(model.bytes, folder + model.name);
  const { pieces } = content;
  const source = folder + json.name;
  const parsed = parseTokenizerJson(decodeUtf8(json.bytes, source), source);
  const { vocab } = parsed.model;
  if (!Array.isArray(vocab)) return json;
  const other = pieces.findIndex(({ piece }, id) => vocab[id]?.[0] !== piece);
  if (other >= 0 || vocab.length !== pieces.length) {
    throw new TypeError(
      `Cannot use ${folder || "the folder"}: spiece.model and tokenizer.json belong to different ` +
        `tokenizers (${pieces.length} and ${vocab.length} pieces, the first difference is at id ` +
        `${other >= 0 ? other : pieces.length}); remove one of them`,
    );
  }
  const inJson = (parsed.added_tokens ?? []) as readonly AddedToken[];
  const cleaning = plainConversion(parsed, content, [...inJson, ...addedTokens]);
  return cleaning === null ? json : { ...model, ...cleaning, lengths: lengthsOf(parsed, source) };
}

/** Rejects a class that transformers does not load from this file. */
function checkClass(
  { name, bytes }: VocabularyFile,
  { kind, named }: TokenizerSettings,
  folder: string,
  hasJson: boolean,
): void {
  const file = kindOfFile(bytes);
  const needed = { albert: "spiece.model", bert: "vocab.txt", generic: "tokenizer.json" };
  const wrong = (kind === "albert" && file === "words") || (kind === "bert" && file === "model") ||
    (kind === "generic" && !hasJson && file !== "json");
  if (!named || kind === undefined || !wrong) return;
  throw new TypeError(
    `Cannot use ${folder}${name}: its tokenizer_class is loaded from ${needed[kind]}`,
  );
}

/** The tokens with ids, and those that are named without one. */
function namedTokens({ addedTokens, extraTokens }: TokenizerSettings): AddedToken[] {
  const known = new Set(addedTokens.map(({ content }) => content));
  return [
    ...addedTokens,
    ...extraTokens.filter(({ content }) => !known.has(content)).map((token) => ({
      ...token,
      id: -1,
    })),
  ];
}

/**
 * Creates a tokenizer from a `spiece.model`, a `tokenizer.json` or a `vocab.txt`. The content
 * determines the format, not the name.
 *
 * @param bytes The file's content.
 * @param options Settings that the file does not contain, or that override it. `source` is the file's
 * name, for error messages.
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
    const kind = kindOfFile(bytes);
    if (kind === "model") return Tokenizer.fromModel(bytes, options);
    const text = decodeUtf8(bytes, source);
    return kind === "json"
      ? Tokenizer.fromJson(text, options)
      : Tokenizer.fromVocabulary(text, options);
  } catch (error) {
    const expected = error instanceof SyntaxError || error instanceof TypeError;
    if (expected && !error.message.includes(source)) error.message += ` (file ${source})`;
    throw error;
  }
}

/**
 * A SentencePiece model starts with field 1, a message (byte 0x0a). A text vocabulary has no
 * control characters.
 */
function kindOfFile(bytes: Uint8Array): "model" | "json" | "words" {
  if (/^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)))) return "json";
  const isText = bytes[0] > 0x20 && !bytes.subarray(0, 4096).some((byte) => byte < 9);
  return isText ? "words" : "model";
}

function decodeUtf8(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SyntaxError(`Cannot read ${source}: it is not valid UTF-8`, { cause });
  }
}
