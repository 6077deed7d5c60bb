/** Weights and configurations: safetensors, the index of shards, `config.json`. */
import {
  configToJson,
  countParameters,
  matchTensors,
  parseConfig,
  pretrainingSpecs,
} from "../../../src/model/mod.ts";
import {
  encodeSafetensors,
  parseSafetensors,
  readWeights,
  type Safetensors,
  toFloat32,
  toInt32,
} from "../../../src/weights/mod.ts";
import { chance, fuzzer, pick } from "../fuzzer.ts";
import { mutateBytes } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";

const TINY = {
  model_type: "albert",
  vocab_size: 31,
  embedding_size: 4,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 16,
  num_hidden_groups: 1,
  hidden_act: "gelu_new",
  max_position_embeddings: 32,
  pair_objective: "sop",
  share: "all",
  id2label: { "0": "no", "1": "yes" },
};
const SPECS = pretrainingSpecs(parseConfig(JSON.stringify(TINY)));

const FILE = concatenated(encodeSafetensors(
  new Map(
    SPECS.slice(0, 6).map(({ name, shape }) => [
      name,
      { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
    ]),
  ),
  { format: "pt" },
));
const HEADER = JSON.parse(new TextDecoder().decode(FILE.subarray(8, 8 + headerBytes(FILE))));
const DATA = FILE.subarray(8 + headerBytes(FILE));

function headerBytes(file: Uint8Array): number {
  return new DataView(file.buffer, file.byteOffset).getUint32(0, true);
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** A file with this header and the same data. */
function withHeader(header: string): Uint8Array {
  const json = new TextEncoder().encode(header);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return concatenated([length, json, DATA]);
}

function use(weights: Safetensors): void {
  for (const [name, tensor] of weights.tensors) {
    (/^[FB][F\d]/.test(tensor.type) ? toFloat32 : toInt32)(name, tensor);
  }
  matchTensors(SPECS, weights);
}

export const safetensors = fuzzer<Uint8Array>({
  rejections: ["SyntaxError", "ConfigError"],
  make: (random) =>
    chance(random, 50) ? mutateBytes(random, [FILE]) : withHeader(mutateJson(random, [HEADER])),
  read: (bytes) => use(parseSafetensors(bytes)),
});

const SHARDS = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
const INDEX = {
  metadata: { total_size: DATA.length },
  weight_map: Object.fromEntries(
    Object.keys(HEADER).filter((name) => !name.startsWith("__"))
      .map((name) => [name, SHARDS[0]]),
  ),
};

export const weightsIndex = fuzzer<string>({
  rejections: ["SyntaxError", "ConfigError"],
  make: (random) => mutateJson(random, [INDEX]),
  read: async (text) => {
    const weights = await readWeights((name) => {
      if (name === "model.safetensors.index.json") {
        return Promise.resolve(new TextEncoder().encode(text));
      }
      if (/[\\/]|^\.\.?$/.test(name)) throw new Error(`asked for ${name}`);
      return Promise.resolve(SHARDS.includes(name) ? FILE : null);
    });
    use(weights);
  },
});

const BERT = { ...TINY, model_type: "bert", embedding_size: undefined, pair_objective: "nsp" };

export const configJson = fuzzer<string>({
  rejections: ["ConfigError"],
  make: (random) => mutateJson(random, [pick(random, [TINY, { ...TINY, share: "none" }, BERT])]),
  read: (text) => {
    const config = parseConfig(text);
    JSON.stringify(configToJson(config, ["AlbertForPreTraining"]));
    countParameters(pretrainingSpecs(config));
  },
});
