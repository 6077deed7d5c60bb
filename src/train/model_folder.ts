/**
 * A Hugging Face folder: configuration, weights, tokenizer, model card.
 *
 * @module
 */
import { atomicWriteFile, folderOf, ifExists, isMissing, lacks, Sha256 } from "../files/mod.ts";
import { ConfigError, configToJson, type ModelConfig, parseConfig } from "../model/mod.ts";
import { withMaxLength } from "../text/mod.ts";
import {
  encodeSafetensors,
  parseSafetensors,
  readLocalFile,
  readWeights,
  type Safetensors,
  type StoredTensor,
  type WritableTensor,
} from "../weights/mod.ts";
import { nameErrors } from "./name_errors.ts";

/** The contents of a model folder. */
export interface ModelFolder {
  /** Configuration of the model. */
  readonly config: ModelConfig;
  /** Name of the Hugging Face class. */
  readonly architecture: string;
  /** Tensors by name. */
  readonly tensors: ReadonlyMap<string, WritableTensor>;
  /** Tokenizer files by name. */
  readonly files: ReadonlyMap<string, Uint8Array | string>;
  /** README.md. */
  readonly card: string;
}

/** Writes the files of a model to an existing folder. Its tensors may be stored in any precision. */
export async function writeModelFolder(
  path: string,
  model: Omit<ModelFolder, "tensors"> & {
    readonly tensors: ReadonlyMap<string, WritableTensor | StoredTensor>;
  },
): Promise<void> {
  const config = configToJson(model.config, [model.architecture]);
  await atomicWriteFile(`${path}/config.json`, `${JSON.stringify(config, null, 2)}\n`);
  await atomicWriteFile(
    `${path}/model.safetensors`,
    inPieces(encodeSafetensors(model.tensors, { format: "pt" })),
  );
  const files = withMaxLength(model.files, model.config.maxPositionEmbeddings);
  for (const [name, data] of files) {
    await Deno.mkdir(folderOf(`${path}/${name}`), { recursive: true });
    await atomicWriteFile(`${path}/${name}`, data);
  }
  await atomicWriteFile(`${path}/README.md`, model.card);
}

/** Returns byte arrays as a stream for an atomic write. */
export async function* inPieces(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

/**
 * Reads `config.json` and `model.safetensors` of a folder.
 *
 * @throws {ConfigError} with the file and what is wrong with it.
 */
export async function readModelFolder(
  path: string,
): Promise<{ config: ModelConfig; weights: Safetensors }> {
  const read = (name: string) => readLocalFile(`${path}/${name}`);
  await checkNotTensorFlow(path);
  try {
    return { config: await readConfig(path), weights: await readWeights(read) };
  } catch (error) {
    if (error instanceof SyntaxError) throw new ConfigError(`${path}: ${error.message}`);
    throw error;
  }
}

/**
 * Explains the release of google-research/albert, which has a TensorFlow checkpoint and no config.json.
 *
 * @throws {ConfigError} with the command that converts it.
 */
async function checkNotTensorFlow(path: string): Promise<void> {
  const names = await ifExists(Array.fromAsync(Deno.readDir(path), ({ name }) => name))
    .catch(() => null);
  if (names === null || names.includes("config.json")) return;
  const index = names.find((name) => /\.ckpt\b.*\.index$/.test(name));
  const config = names.find((name) => /^(albert|bert)_config\.json$/.test(name));
  if (index === undefined || config === undefined) return;
  const [family, title] = config.startsWith("albert") ? ["albert", "Albert"] : ["bert", "Bert"];
  const gelu = family === "albert" ? ' c.hidden_act="gelu_new";' : "";
  const checkpoint = `${path}/${index.slice(0, -".index".length)}`;
  throw new ConfigError(
    `${path} contains a TensorFlow checkpoint (${index}); convert it once with transformers 4 and TensorFlow: ` +
      `python -c 'from transformers import ${title}Config as C, ${title}ForPreTraining as M; ` +
      `from transformers.models.${family}.modeling_${family} import load_tf_weights_in_${family} as load; ` +
      `c=C.from_json_file("${path}/${config}");${gelu} m=M(c); load(m, c, "${checkpoint}"); m.save_pretrained("NEW_FOLDER")', ` +
      "and copy its vocabulary to NEW_FOLDER. The published models are also on the Hugging Face hub, such as hf:albert/albert-base-v2",
  );
}

/** Returns the SHA-256 of the names and bytes of all tensors, whatever files and order they are in. */
export function weightsSha256({ tensors }: Safetensors): string {
  const sum = new Sha256();
  for (const name of [...tensors.keys()].sort()) sum.update(name).update(tensors.get(name)!.bytes);
  return sum.hex();
}

/**
 * Reads a configuration file, or the `config.json` of a folder.
 *
 * @throws {ConfigError} with the file and the field.
 */
export async function readConfig(path: string): Promise<ModelConfig> {
  const [file, bytes] = path.endsWith(".json")
    ? [path, await readBytes(path)]
    : [`${path}/config.json`, await readBytes(`${path}/config.json`, path)];
  const text = new TextDecoder().decode(bytes);
  return nameErrors(file, [ConfigError, SyntaxError], () => parseConfig(text));
}

/**
 * Reads a safetensors file.
 *
 * @throws {ConfigError} with the file and what is wrong with it.
 */
export async function readSafetensors(file: string): Promise<Safetensors> {
  const bytes = await readBytes(file);
  return nameErrors(file, [ConfigError, SyntaxError], () => parseSafetensors(bytes));
}

/** @param folder the folder that the caller named, if it is not the file */
async function readBytes(file: string, folder?: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(file);
  } catch (error) {
    if (isMissing(error)) {
      throw new ConfigError(
        folder === undefined ? `${file} does not exist` : lacks(folder, "config.json"),
      );
    }
    throw new ConfigError(`Cannot read ${file}: ${(error as Error).message}`);
  }
}
