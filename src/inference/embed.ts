/**
 * Sentence embeddings: one vector per text, from the hidden states of the last layer, as in sentence-transformers.
 *
 * @module
 */
import {
  checkCount,
  checkOneOf,
  checkOptions,
  isObject,
  parseJson,
  quote,
  shown,
} from "../json/mod.ts";
import type { Device } from "../device/mod.ts";
import { ConfigError, type Encoder, type ModelConfig, transformersClass } from "../model/mod.ts";
import { attentionPooling, gatherRows, temporaryTensor } from "../tensor/mod.ts";
import type { Tokenizer } from "../text/mod.ts";
import {
  allFinite,
  type FinetuneBatch,
  type FinetuneExample,
  predictAll,
  type TaskHead,
} from "../train/mod.ts";
import {
  isModuleFolder,
  MODULES,
  type ReadFile,
  SENTENCE_SETTINGS,
  UnrecordedFileError,
} from "../weights/mod.ts";

/** How the hidden states of a text become one vector: their mean over all tokens, or the state of `[CLS]`. */
export type Pooling = (typeof POOLINGS)[number];

/** All values of {@linkcode Pooling}. */
export const POOLINGS = ["mean", "cls"] as const;

/** Options of {@linkcode Albert.embed}. */
export interface EmbedOptions {
  /** Pooling of the hidden states. Default: that of the folder's sentence-transformers files, else `mean`. */
  readonly pooling?: Pooling;
  /** Whether to scale each vector to length 1. Default: as the folder's sentence-transformers files, else true. */
  readonly normalize?: boolean;
  /** Maximum number of tokens of a text; the rest is cut. Default: that of sentence-transformers, else the model's maximum. */
  readonly maxLength?: number;
  /** Texts on the device at once; default 32. */
  readonly batchSize?: number;
  /** Called with the number of tokens of each text that is longer than `maxLength`. */
  onTruncated?(tokens: number): void;
}

/** The embedding that a model was trained for. */
export interface EmbeddingDefaults {
  /** Pooling of the hidden states; undefined if the folder names one that is not supported. */
  readonly pooling?: Pooling;
  /** Why there is no pooling, if so. */
  readonly unsupported?: string;
  /** Whether vectors are scaled to length 1. */
  readonly normalize: boolean;
  /** Whether texts are converted to lower case before they are tokenized. */
  readonly lowerCase: boolean;
  /** Maximum number of tokens of a text. */
  readonly maxLength: number;
}

/**
 * Reads `modules.json`, the settings and the pooling's `config.json` of a sentence-transformers folder.
 *
 * Source: sentence-transformers, `Transformer.py`: without `max_seq_length`, that of the tokenizer is used.
 *
 * @returns the defaults of the folder; mean pooling and normalization if it has no such files
 * @throws {ConfigError} if one of the files is not valid JSON
 */
export async function readEmbeddingDefaults(
  read: ReadFile,
  { maxPositionEmbeddings }: ModelConfig,
): Promise<EmbeddingDefaults> {
  const plain = { normalize: true, lowerCase: false, maxLength: maxPositionEmbeddings };
  let modules: unknown;
  try {
    modules = await readJson(read, MODULES);
  } catch (error) {
    if (!(error instanceof UnrecordedFileError)) throw error;
    return { ...plain, unsupported: error.message };
  }
  if (!Array.isArray(modules)) return { ...plain, pooling: "mean" };
  const types = modules.map((one) => {
    const type = isObject(one) ? one.type : undefined;
    return typeof type === "string" ? type.split(".").at(-1)! : quote(type);
  });
  const text = await firstObject(read, SENTENCE_SETTINGS.text);
  const given = text.max_seq_length ??
    (await firstObject(read, ["tokenizer_config.json"])).model_max_length;
  const settings = {
    normalize: types.includes("Normalize"),
    lowerCase: text.do_lower_case === true,
    maxLength: Math.min(
      typeof given === "number" && given >= 1 ? given : Infinity,
      maxPositionEmbeddings,
    ),
  };
  const { prompts, default_prompt_name: prompt } = await firstObject(read, [
    SENTENCE_SETTINGS.prompt,
  ]);
  if (isObject(prompts) && typeof prompt === "string" && prompts[prompt] !== "") {
    return { ...settings, unsupported: `it prepends the prompt ${quote(prompts[prompt])}` };
  }
  const other = types.find((type) => !["Transformer", "Pooling", "Normalize"].includes(type));
  if (other !== undefined) {
    return { ...settings, unsupported: `${MODULES} lists a ${shown(other)} layer` };
  }
  const place = modules[types.indexOf("Pooling")];
  const folder = isObject(place) ? place.path : "1_Pooling";
  if (!isModuleFolder(folder)) {
    return {
      ...settings,
      unsupported: `${MODULES} lists ${quote(folder)}, which is not a folder of the model`,
    };
  }
  const path = `${folder}/config.json`;
  const json = await readJson(read, path);
  if (json === null && place !== undefined) {
    return { ...settings, unsupported: `${path} is missing` };
  }
  const pooling = poolingOf(json);
  return (POOLINGS as readonly string[]).includes(pooling)
    ? { ...settings, pooling: pooling as Pooling }
    : { ...settings, unsupported: `${path} has pooling mode ${shown(pooling)}` };
}

/** Returns the pooling mode of a file, with the names of sentence-transformers for those that are not supported. */
function poolingOf(config: unknown): string {
  if (!isObject(config)) return "mean";
  if (typeof config.pooling_mode === "string") return config.pooling_mode;
  const modes = Object.keys(config).filter((key) =>
    key.startsWith("pooling_mode_") && config[key] === true
  ).map((key) => key.slice("pooling_mode_".length));
  const names: Record<string, string> = { mean_tokens: "mean", cls_token: "cls" };
  return modes.length === 0 ? "mean" : modes.map((mode) => names[mode] ?? mode).join(" and ");
}

/** Returns the content of the first of some files that exists and is an object. */
async function firstObject(
  read: ReadFile,
  names: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  for (const name of names) {
    const content = await readJson(read, name);
    if (isObject(content)) return content;
  }
  return {};
}

async function readJson(read: ReadFile, name: string): Promise<unknown> {
  const bytes = await read(name);
  if (bytes === null) return null;
  try {
    return parseJson(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new ConfigError(`${name}: ${(error as Error).message}`);
  }
}

/** Complete options of an embedding. */
export type EmbedSettings = Required<EmbedOptions> & Pick<EmbeddingDefaults, "lowerCase">;

/**
 * Checks options at run time and completes them.
 *
 * @throws {TypeError} for an unknown option
 * @throws {RangeError} for an invalid value
 * @throws {ConfigError} if the folder's own pooling is not supported and the options name none
 */
export function embedSettings(
  options: EmbedOptions,
  { pooling, unsupported, normalize, lowerCase, maxLength }: EmbeddingDefaults,
  { maxPositionEmbeddings }: ModelConfig,
): EmbedSettings {
  checkOptions("embed()", options, [
    "pooling",
    "normalize",
    "maxLength",
    "batchSize",
    "onTruncated",
  ]);
  const chosen = options.pooling ?? pooling;
  if (chosen === undefined) {
    throw new ConfigError(
      `The model's own embedding is not supported: ${unsupported}; choose pooling mean or cls`,
    );
  }
  const settings = {
    pooling: chosen,
    lowerCase,
    normalize: options.normalize ?? normalize,
    maxLength: options.maxLength ?? maxLength,
    batchSize: options.batchSize ?? 32,
    onTruncated: options.onTruncated ?? (() => {}),
  };
  checkOneOf("pooling", settings.pooling, POOLINGS);
  checkOneOf("normalize", settings.normalize, [true, false]);
  checkCount("maxLength", settings.maxLength);
  checkCount("batchSize", settings.batchSize);
  if (settings.maxLength > maxPositionEmbeddings) {
    throw new RangeError(
      `maxLength must be at most the model's max_position_embeddings, ${maxPositionEmbeddings} (got ${settings.maxLength})`,
    );
  }
  return settings;
}

/**
 * Computes the embedding of each text, in order. Texts are computed in batches of similar lengths.
 *
 * @returns one vector of `hiddenSize` numbers per text
 * @throws {RangeError} if a vector contains NaN or infinity
 */
export async function embedTexts(
  encoder: Encoder,
  tokenizer: Tokenizer,
  texts: readonly string[],
  { pooling, normalize, lowerCase, maxLength, batchSize, onTruncated }: EmbedSettings,
): Promise<Float32Array[]> {
  const examples = texts.map((given, i): FinetuneExample => {
    if (typeof given !== "string") {
      throw new TypeError(`Text ${i} must be a string, got ${quote(given)}`);
    }
    const text = lowerCase ? given.toLowerCase() : given;
    const whole = tokenizer.encodePair(text);
    const { length } = whole.ids;
    if (length > maxLength) onTruncated(length);
    const { ids, typeIds } = length > maxLength
      ? tokenizer.encodePair(text, undefined, { maxLength })
      : whole;
    return { sequences: [{ ids, typeIds }] };
  });
  const head = embeddingHead(pooling);
  const { device } = encoder.parameters;
  const vectors = await predictAll(device, encoder, head, examples, batchSize, maxLength);
  const bad = vectors.findIndex((vector) => !allFinite(vector));
  if (bad >= 0) throw new RangeError(`The embedding of ${quote(texts[bad])} is not finite`);
  return normalize ? vectors.map(normalized) : vectors;
}

/** The excluded tokens' logit; its exponential is 0. */
const EXCLUDED = -1e30;

/** Pooling as a head without parameters. */
function embeddingHead(pooling: Pooling): TaskHead<FinetuneExample, Float32Array> {
  return {
    name: "embeddings",
    pooler: false,
    configExtra: {},
    architecture: (config) => transformersClass(config, "Model"),
    headSpecs: () => [],
    async predict(device: Device, encoder, { examples, input }: FinetuneBatch<FinetuneExample>) {
      const { batch, sequence, lengths } = input;
      const { sequenceOutput } = encoder.forward({ device }, input);
      const rows = () => {
        if (pooling === "cls") {
          const first = Uint32Array.from({ length: batch }, (_, example) => example * sequence);
          return gatherRows({ device }, sequenceOutput, first);
        }
        // A softmax over equal logits weights every token of a text equally.
        const logits = temporaryTensor(device, [batch, sequence], "pooling logits");
        const values = Float32Array.from(
          { length: batch * sequence },
          (_, i) => i % sequence < lengths[Math.floor(i / sequence)] ? 0 : EXCLUDED,
        );
        device.write(logits.view, values);
        return attentionPooling({ device }, logits, sequenceOutput);
      };
      const flat = await device.read(rows().view) as Float32Array;
      const size = encoder.config.hiddenSize;
      return examples.map((_, row) => flat.slice(row * size, (row + 1) * size));
    },
  };
}

/** Scales a vector to length 1, as torch's `normalize`, whose smallest divisor is 1e-12. */
function normalized(vector: Float32Array): Float32Array {
  const length = Math.max(Math.hypot(...vector), 1e-12);
  return vector.map((value) => value / length);
}

/**
 * Length of the headers of embedding files in bytes. It is fixed, so that vectors can be written before their number is known.
 */
export const EMBEDDING_HEADER_BYTES = 128;

/** Returns the header of a `.npy` file (version 1.0) of float32 values, `[rows, columns]`, row-major. Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
export function npyHeader(rows: number, columns: number): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const header = new Uint8Array(EMBEDDING_HEADER_BYTES).fill(0x20);
  header.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  new DataView(header.buffer).setUint16(8, EMBEDDING_HEADER_BYTES - 10, true);
  header.set(new TextEncoder().encode(text), 10);
  header[EMBEDDING_HEADER_BYTES - 1] = 0x0a;
  return header;
}

/** Returns the header of a safetensors file with the float32 tensor `embeddings`, `[rows, columns]`. */
export function safetensorsHeader(rows: number, columns: number): Uint8Array {
  const tensor = { dtype: "F32", shape: [rows, columns], data_offsets: [0, 4 * rows * columns] };
  const header = new Uint8Array(EMBEDDING_HEADER_BYTES).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(EMBEDDING_HEADER_BYTES - 8), true);
  header.set(new TextEncoder().encode(JSON.stringify({ embeddings: tensor })), 8);
  return header;
}
