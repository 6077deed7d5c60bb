/**
 * The weights of a Hugging Face folder, in one file or in shards with an index.
 *
 * @module
 */
import { isObject, parseJsonObject, quote, shown } from "../json/mod.ts";
import { parseSafetensors, type Safetensors, type StoredTensor } from "./safetensors.ts";

/** Reads a file of a model folder, or gives null when the folder lacks it. */
export type ReadFile = (name: string) => Promise<Uint8Array | null>;

const WHOLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
const PICKLED = "pytorch_model.bin";

/**
 * Reads `model.safetensors`, or the shards that `model.safetensors.index.json` names.
 *
 * @throws {SyntaxError} when there are no such files, or one is broken; the message names it.
 */
export async function readWeights(read: ReadFile): Promise<Safetensors> {
  const whole = await read(WHOLE);
  if (whole !== null) return named(WHOLE, () => parseSafetensors(whole));
  const index = await read(INDEX);
  if (index !== null) return await readShards(read, index);
  if (await read(PICKLED) !== null) {
    throw new SyntaxError(
      `the folder has only ${PICKLED}, a Python pickle; convert it once with transformers: ` +
        "AutoModelForPreTraining.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER)",
    );
  }
  throw new SyntaxError(`the folder has no ${WHOLE}`);
}

async function readShards(read: ReadFile, index: Uint8Array): Promise<Safetensors> {
  const map = weightMap(index);
  const tensors = new Map<string, StoredTensor>();
  for (const file of new Set(map.values())) {
    const bytes = await read(file);
    if (bytes === null) throw new SyntaxError(`${INDEX} names ${shown(file)}, which is missing`);
    const shard = named(file, () => parseSafetensors(bytes));
    for (const [name, tensor] of shard.tensors) {
      if (map.get(name) === file) tensors.set(name, tensor);
    }
  }
  const absent = [...map].find(([name]) => !tensors.has(name));
  if (absent !== undefined) {
    throw new SyntaxError(
      `${INDEX} says that ${shown(absent[1])} holds ${shown(absent[0])}, and it does not`,
    );
  }
  return { tensors, metadata: {} };
}

/**
 * The files that an index names, each once.
 *
 * @param index bytes of `model.safetensors.index.json`
 * @throws {SyntaxError} when it is none, or names a file outside the folder.
 */
export function shardFiles(index: Uint8Array): string[] {
  return [...new Set(weightMap(index).values())];
}

/** Tensor name to file name. A file outside the folder is refused. */
function weightMap(index: Uint8Array): Map<string, string> {
  const { weight_map: map } = named(INDEX, () => parseJsonObject(new TextDecoder().decode(index)));
  if (!isObject(map)) {
    throw new SyntaxError(`${INDEX} has no weight_map of names to files`);
  }
  for (const [name, file] of Object.entries(map)) {
    // deno-lint-ignore no-control-regex
    if (typeof file !== "string" || /[/\\\0-\x1f]|^\.{0,2}$/.test(file)) {
      throw new SyntaxError(
        `${INDEX} puts ${shown(name)} into ${quote(file)}, no file of the folder`,
      );
    }
  }
  return new Map(Object.entries(map as Record<string, string>));
}

/** Puts the file's name before a complaint about its contents. */
function named<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new SyntaxError(`${file}: ${(error as Error).message}`);
  }
}
