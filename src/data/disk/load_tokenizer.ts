/**
 * Loads a vocabulary from a file.
 *
 * @module
 */
import { Tokenizer } from "../../text/mod.ts";

/**
 * Makes a tokenizer from a vocabulary's file: `spiece.model`, `tokenizer.json` or `vocab.txt`, or a
 * folder that holds one of them.
 *
 * @param path The file or the folder.
 * @returns The tokenizer.
 * @throws {SyntaxError} When the file is none of these; names it.
 * @throws {Deno.errors.NotFound} When it is missing; names it.
 */
export async function loadTokenizer(path: string): Promise<Tokenizer> {
  const file = await vocabularyFile(path);
  const bytes = await Deno.readFile(file);
  if (file.endsWith(".json")) {
    return Tokenizer.fromJson(new TextDecoder().decode(bytes), { source: file });
  }
  if (file.endsWith(".txt")) {
    return Tokenizer.fromVocabulary(new TextDecoder().decode(bytes), { source: file });
  }
  return Tokenizer.fromModel(bytes, { source: file });
}

async function vocabularyFile(path: string): Promise<string> {
  const stat = await Deno.stat(path).catch(() => undefined);
  if (stat === undefined) {
    throw new Deno.errors.NotFound(`The vocabulary ${path} is missing: check --vocab`);
  }
  if (!stat.isDirectory) return path;
  for (const name of ["spiece.model", "tokenizer.json", "vocab.txt"]) {
    const file = `${path}/${name}`;
    if (await Deno.stat(file).then(() => true, () => false)) return file;
  }
  throw new Deno.errors.NotFound(
    `${path} holds no vocabulary (spiece.model, tokenizer.json or vocab.txt)`,
  );
}
