/**
 * Tokenizers from files. Kept apart from the rest of `src/text`, which never touches a disk.
 *
 * @module
 */
import { Tokenizer } from "../tokenizer.ts";
import { parseTokenizerConfig } from "../tokenizer_config.ts";
import type { TokenizerOptions } from "../tokenizer_options.ts";

/** Files that hold a vocabulary, in the order in which a folder is searched for them. */
const VOCABULARY_FILES = ["spiece.model", "tokenizer.json", "vocab.txt"] as const;

/**
 * Loads a tokenizer from a `spiece.model`, a `tokenizer.json`, a `vocab.txt`, or a folder that
 * holds one of them. What kind of file it is shows in its first bytes, not in its name.
 *
 * A `tokenizer_config.json` beside the file is asked about lower case and accents.
 *
 * @param path File or folder.
 * @param options Cleaning that overrides what the files say.
 * @returns The tokenizer.
 * @throws {Deno.errors.NotFound} If there is no such file, or the folder holds no vocabulary.
 * @throws {SyntaxError} If the file is broken.
 * @throws {TypeError} If the file is of a kind that is not supported.
 */
export async function loadTokenizer(
  path: string,
  options: TokenizerOptions = {},
): Promise<Tokenizer> {
  const file = await findVocabulary(path);
  const folder = file.slice(0, file.length - file.replace(/^.*[\\/]/, "").length);
  const all = { ...await readConfig(`${folder}tokenizer_config.json`), source: file, ...options };
  const bytes = await Deno.readFile(file);
  if (bytes.length === 0) throw new SyntaxError(`Cannot read ${file}: it is empty`);
  try {
    return create(bytes, file, all);
  } catch (error) {
    const isOurs = error instanceof SyntaxError || error instanceof TypeError;
    if (isOurs && !error.message.includes(file)) error.message += ` (file ${file})`;
    throw error;
  }
}

function create(bytes: Uint8Array, file: string, options: TokenizerOptions): Tokenizer {
  if (/^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)))) {
    return Tokenizer.fromJson(decodeUtf8(bytes, file), options);
  }
  return looksLikeText(bytes)
    ? Tokenizer.fromVocabulary(decodeUtf8(bytes, file), options)
    : Tokenizer.fromModel(bytes, options);
}

async function findVocabulary(path: string): Promise<string> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Deno.errors.NotFound(`Cannot find the vocabulary ${path}: no such file or folder`);
  }
  if (!info.isDirectory) return path;
  const folder = path.endsWith("/") ? path : `${path}/`;
  for (const name of VOCABULARY_FILES) {
    const found = await Deno.stat(folder + name).then((file) => file.isFile, () => false);
    if (found) return folder + name;
  }
  throw new Deno.errors.NotFound(
    `Cannot find a vocabulary in ${path}: it holds none of ${VOCABULARY_FILES.join(", ")}`,
  );
}

/** A model starts with field 1, a message (byte 0x0a); a vocabulary has no control characters. */
function looksLikeText(bytes: Uint8Array): boolean {
  return bytes[0] > 0x20 && !bytes.subarray(0, 4096).some((byte) => byte < 9);
}

function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SyntaxError(`Cannot read ${file}: it is not UTF-8 text`, { cause });
  }
}

async function readConfig(file: string): Promise<TokenizerOptions> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
  return parseTokenizerConfig(text, file);
}
