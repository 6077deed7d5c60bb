/**
 * Tokenizers from files on a disk. Needs Deno; the rest of `src/text` does not.
 *
 * @module
 */
import type { Tokenizer } from "../tokenizer.ts";
import { readTokenizer, VOCABULARY_FILES } from "../tokenizer_files.ts";
import type { TokenizerOptions } from "../tokenizer_options.ts";

/**
 * Loads a tokenizer from a `spiece.model`, a `tokenizer.json` or a `vocab.txt`, or from a folder that contains one of them. The content of a file decides which of
 * them it is, not its name.
 *
 * A folder may also contain a single other `*.model` file, such as `30k-clean.model` of google-research/albert. A `tokenizer_config.json` next to the file sets lower case and accents.
 *
 * @param path File or folder.
 * @param options Settings that override those of the files.
 * @returns The tokenizer.
 * @throws {Deno.errors.NotFound} If there is no such file, or the folder contains no vocabulary.
 * @throws {SyntaxError} If a file is invalid.
 * @throws {TypeError} If a file uses a feature that is not supported.
 */
export async function loadTokenizer(
  path: string,
  options: TokenizerOptions = {},
): Promise<Tokenizer> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Deno.errors.NotFound(`Cannot find the vocabulary ${path}: no such file or folder`);
  }
  const folder = info.isDirectory ? path.replace(/\/?$/, "/") : path.replace(/[^\\/]*$/, "");
  const names = info.isDirectory ? VOCABULARY_FILES : [path.slice(folder.length)];
  if (!info.isDirectory) await checkNotListing(path);
  const tokenizer = await readTokenizer((name) => readFile(folder + name), options, {
    folder,
    names,
  });
  if (tokenizer !== null) return tokenizer;
  const models = info.isDirectory ? await modelsIn(path) : [];
  if (models.length === 1) return await loadTokenizer(`${folder}${models[0]}`, options);
  throw new Deno.errors.NotFound(
    `Cannot find a vocabulary in ${path}: it contains none of ${VOCABULARY_FILES.join(", ")}`,
  );
}

/** Returns the names of the SentencePiece models in a folder. */
async function modelsIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).filter((name) => name.endsWith(".model"));
}

/** A `.vocab` file, which SentencePiece writes next to a model, has a piece and its score on each line. */
async function checkNotListing(path: string): Promise<void> {
  if (!path.endsWith(".vocab")) return;
  const text = new TextDecoder().decode(await readFile(path) ?? undefined);
  const lines = text.split(/\r?\n/, 8).filter((line) => line !== "");
  if (lines.length === 0 || !lines.every((line) => /^[^\t]+\t-?[\d.e+-]+$/.test(line))) return;
  throw new SyntaxError(
    `Cannot read ${path}: it lists the pieces of a SentencePiece model without its normalization; use the .model file next to it`,
  );
}

/** The bytes of a file, or null if there is no such file. */
async function readFile(path: string): Promise<Uint8Array | null> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) {
      return null;
    }
    throw error;
  }
}
