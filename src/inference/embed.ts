/**
 * Sentence embeddings: one vector per text, from the hidden states of the last layer, as in sentence-transformers.
 *
 * @module
 */
import { checkCount, checkOneOf, checkOptions, isObject, parseJson, quote } from "../json/mod.ts";
import type { Device } from "../device/mod.ts";
import { ConfigError, type Encoder, type ModelConfig, transformersClass } from "../model/mod.ts";
import { attentionPooling, gatherRows, temporaryTensor } from "../tensor/mod.ts";
import type { Tokenizer } from "../text/mod.ts";
import {
  type FinetuneBatch,
  type FinetuneExample,
  predictAll,
  type TaskHead,
} from "../train/mod.ts";
import type { ReadFile } from "../weights/mod.ts";

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
  /** Maximum number of tokens of a text. */
  readonly maxLength: number;
}

/**
 * Reads `modules.json`, `sentence_bert_config.json` and the pooling's `config.json` of a sentence-transformers folder.
 *
 * @returns the defaults of the folder; mean pooling and normalization if it has no such files
 * @throws {ConfigError} if one of the files is not valid JSON
 */
export async function readEmbeddingDefaults(
  read: ReadFile,
  { maxPositionEmbeddings }: ModelConfig,
): Promise<EmbeddingDefaults> {
  const modules = await readJson(read, "modules.json");
  if (!Array.isArray(modules)) {
    return { pooling: "mean", normalize: true, maxLength: maxPositionEmbeddings };
  }
  const types = modules.map((one) => String(isObject(one) ? one.type : "").split(".").at(-1)!);
  const lengths = await readJson(read, "sentence_bert_config.json");
  const given = isObject(lengths) ? lengths.max_seq_length : null;
  const maxLength = Math.min(
    typeof given === "number" && given >= 1 ? given : Infinity,
    maxPositionEmbeddings,
  );
  const settings = { normalize: types.includes("Normalize"), maxLength };
  const other = types.find((type) => !["Transformer", "Pooling", "Normalize"].includes(type));
  if (other !== undefined) {
    return { ...settings, unsupported: `modules.json lists a ${other} layer` };
  }
  const place = modules[types.indexOf("Pooling")];
  const path = `${isObject(place) ? place.path : "1_Pooling"}/config.json`;
  const pooling = poolingOf(await readJson(read, path));
  return (POOLINGS as readonly string[]).includes(pooling)
    ? { ...settings, pooling: pooling as Pooling }
    : { ...settings, unsupported: `${path} has pooling mode ${pooling}` };
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

async function readJson(read: ReadFile, name: string): Promise<unknown> {
  const bytes = await read(name);
  if (bytes === null) return null;
  try {
    return parseJson(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new ConfigError(`${name}: ${(error as Error).message}`);
  }
}

/**
 * Checks options at run time and completes them.
 *
 * @throws {TypeError} for an unknown option
 * @throws {RangeError} for an invalid value
 * @throws {ConfigError} if the folder's own pooling is not supported and the options name none
 */
export function embedSettings(
  options: EmbedOptions,
  { pooling, unsupported, normalize, maxLength }: EmbeddingDefaults,
  { maxPositionEmbeddings }: ModelConfig,
): Required<EmbedOptions> {
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
 */
export async function embedTexts(
  encoder: Encoder,
  tokenizer: Tokenizer,
  texts: readonly string[],
  { pooling, normalize, maxLength, batchSize, onTruncated }: Required<EmbedOptions>,
): Promise<Float32Array[]> {
  const examples = texts.map((text, i): FinetuneExample => {
    if (typeof text !== "string") {
      throw new TypeError(`Text ${i} must be a string, got ${quote(text)}`);
    }
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
