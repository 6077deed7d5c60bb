/**
 * The weights of a Hugging Face folder, in one file or in shards with an index.
 *
 * @module
 */
import { isObject, parseJson, parseJsonObject, quote, shown } from "../json/mod.ts";
import { parseSafetensors, type Safetensors, type StoredTensor } from "./safetensors.ts";

/** Reads a file of a model folder by name. Resolves with null if there is no such file. */
export type ReadFile = (name: string) => Promise<Uint8Array | null>;

const WHOLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
/** Weights that are not loaded, in one file or in shards. */
export const PICKLED: readonly string[] = ["pytorch_model.bin", "pytorch_model.bin.index.json"];

/**
 * Reads `model.safetensors`, or the shards that `model.safetensors.index.json` lists.
 *
 * @throws {SyntaxError} if there are no such files or one is invalid; the message names it.
 */
export async function readWeights(read: ReadFile): Promise<Safetensors> {
  const whole = await read(WHOLE);
  if (whole !== null) return named(WHOLE, () => parseSafetensors(whole));
  const index = await read(INDEX);
  if (index !== null) return await readShards(read, index);
  for (const name of PICKLED) {
    if (await read(name) === null) continue;
    throw new SyntaxError(
      `the folder contains ${
        PICKLED[0]
      }, a Python pickle, but no ${WHOLE}; convert it with transformers: ` +
        "AutoModelForPreTraining.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER)",
    );
  }
  throw new SyntaxError(`the folder does not contain ${WHOLE}`);
}

async function readShards(read: ReadFile, index: Uint8Array): Promise<Safetensors> {
  const map = weightMap(index);
  const tensors = new Map<string, StoredTensor>();
  for (const file of new Set(map.values())) {
    const bytes = await read(file);
    if (bytes === null) throw new SyntaxError(`${INDEX} lists ${shown(file)}, which is missing`);
    const shard = named(file, () => parseSafetensors(bytes));
    for (const [name, tensor] of shard.tensors) {
      if (map.get(name) === file) tensors.set(name, tensor);
    }
  }
  const absent = [...map].find(([name]) => !tensors.has(name));
  if (absent !== undefined) {
    throw new SyntaxError(
      `${INDEX} lists tensor ${shown(absent[0])} in ${shown(absent[1])}, which does not contain it`,
    );
  }
  return { tensors, metadata: {} };
}

/**
 * Returns the files that an index lists, without duplicates.
 *
 * @param index bytes of `model.safetensors.index.json`
 * @throws {SyntaxError} if the index is invalid, or lists a file outside of the folder.
 */
export function shardFiles(index: Uint8Array): string[] {
  return [...new Set(weightMap(index).values())];
}

/** The file that lists the layers of a sentence-transformers model. */
export const MODULES = "modules.json";

/** Settings of a sentence-transformers model: maximum length and case, by the two names that ALBERT and BERT models have, and the prompt. */
export const SENTENCE_SETTINGS = {
  text: ["sentence_bert_config.json", "sentence_albert_config.json"],
  prompt: "config_sentence_transformers.json",
} as const;

/**
 * Returns the settings of a sentence-transformers model and the files of its modules, such as `1_Pooling/config.json`.
 *
 * @param modules bytes of `modules.json`
 */
export function sentenceFiles(modules: Uint8Array): string[] {
  let list: unknown;
  try {
    list = parseJson(new TextDecoder().decode(modules));
  } catch {
    return []; // The reader of the model reports it.
  }
  const folders = (Array.isArray(list) ? list : [])
    .map((module) => isObject(module) ? module.path : undefined)
    .filter(isModuleFolder);
  const files = folders.map((folder) => `${folder}/config.json`);
  return [...SENTENCE_SETTINGS.text, SENTENCE_SETTINGS.prompt, ...new Set(files)];
}

/** Whether the path of a module is that of a folder in the folder of the model. */
export function isModuleFolder(path: unknown): path is string {
  return typeof path === "string" && /^[\w-][\w.-]*$/.test(path);
}

/** The file of each tensor. A file outside of the folder is rejected. */
function weightMap(index: Uint8Array): Map<string, string> {
  const { weight_map: map } = named(INDEX, () => parseJsonObject(new TextDecoder().decode(index)));
  if (!isObject(map)) {
    throw new SyntaxError(`weight_map of ${INDEX} must be an object, got ${quote(map)}`);
  }
  for (const [name, file] of Object.entries(map)) {
    // deno-lint-ignore no-control-regex
    if (typeof file !== "string" || /[/\\:\0-\x1f]|^\.{0,2}$/.test(file)) {
      throw new SyntaxError(
        `${INDEX} lists tensor ${shown(name)} in ${quote(file)}, which is not a file name`,
      );
    }
  }
  return new Map(Object.entries(map as Record<string, string>));
}

/** Adds the file's name to an error about its content. */
function named<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new SyntaxError(`${file}: ${(error as Error).message}`);
  }
}

/** The parts of Deno and Node that {@linkcode readLocalFile} uses, declared here because type checks for browsers have neither. */
interface Platform {
  readonly Deno?: FileReader;
  readonly process?: { getBuiltinModule?(name: "node:fs/promises"): FileReader | undefined };
}

interface FileReader {
  readFile(path: string | URL): Promise<Uint8Array>;
}

/**
 * Reads a local file, given as a path or a `file:` URL.
 *
 * @returns the bytes, or null if the file does not exist
 * @throws {TypeError} in a browser
 */
export async function readLocalFile(path: string): Promise<Uint8Array | null> {
  const { Deno, process } = globalThis as Platform;
  const files = Deno ?? process?.getBuiltinModule?.("node:fs/promises");
  if (files === undefined) {
    throw new TypeError(`Cannot read ${path}: browsers have no local files; pass a URL`);
  }
  try {
    return await files.readFile(path.startsWith("file:") ? new URL(path) : path);
  } catch (error) {
    const { name, code } = error as { name?: string; code?: string };
    if (name === "NotFound" || code === "ENOENT") return null;
    throw error;
  }
}

/** A commit in the Hugging Face cache. */
const SNAPSHOT = /^(.*[\\/]models--[^\\/]+)[\\/]snapshots[\\/]([0-9a-f]{40})[\\/]*$/;

/** Whether a folder is a commit in the Hugging Face cache that lacks a file, and the cache does not record that the model has none: nobody has asked for it. */
export async function isUnrecorded(folder: string, name: string): Promise<boolean> {
  const [, model, commit] = SNAPSHOT.exec(folder) ?? [];
  return model !== undefined && await readLocalFile(`${folder}/${name}`) === null &&
    await readLocalFile(`${model}/.no_exist/${commit}/${name}`) === null;
}

/** Why the embedding of a model is not known if its {@linkcode MODULES} {@linkcode isUnrecorded}. */
export const UNKNOWN_EMBEDDING: string =
  `the cache contains neither ${MODULES}, which determines the embedding, nor the answer that the ` +
  "model has none; use the model once with a network";

/** Thrown by a {@linkcode ReadFile} for a file of which nothing is known. */
export class UnrecordedFileError extends Error {
  /** The name of the class. */
  override readonly name = "UnrecordedFileError";
}
