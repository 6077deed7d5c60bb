import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  ConfigError,
  encoderSpecs,
  frozenNames,
  type ModelConfig,
  parseConfig,
  presetConfig,
} from "../../src/model/mod.ts";

const albert = presetConfig("smoke");
const bert = parseConfig(JSON.stringify({
  ...{ model_type: "bert", vocab_size: 20, hidden_size: 8, num_hidden_layers: 3 },
  ...{ num_attention_heads: 2, intermediate_size: 16 },
}));

const frozen = (config: ModelConfig, ...parts: string[]) => [...frozenNames(config, parts)];

Deno.test("frozenNames() returns the parameters of parts", () => {
  assertEquals(frozen(albert), []);
  assertEquals(frozen(albert, "encoder"), encoderSpecs(albert).map(({ name }) => name));
  assertEquals(frozen(bert, "embeddings").map((name) => name.replace("bert.embeddings.", "")), [
    "word_embeddings.weight",
    "position_embeddings.weight",
    "token_type_embeddings.weight",
    "LayerNorm.weight",
    "LayerNorm.bias",
  ]);
  assert(frozen(albert, "embeddings").includes("albert.encoder.embedding_hidden_mapping_in.bias"));
  const two = frozen(bert, "layers:2");
  assertEquals(new Set(two.map((name) => /layer\.(\d)\./.exec(name)![1])), new Set(["0", "1"]));
  const own = encoderSpecs(bert).filter(({ name }) => /layer\.[01]\./.test(name));
  assertEquals(new Set(two), new Set(own.map(({ name }) => name)));
  const all = frozen(albert, "embeddings", `layers:${albert.numHiddenLayers}`);
  const pooler = encoderSpecs(albert).filter(({ name }) => name.includes("pooler"));
  assertEquals(all.length + pooler.length, encoderSpecs(albert).length);
});

Deno.test("frozenNames() rejects unknown parts and layers that share parameters with later ones", () => {
  const rejected = (config: ModelConfig, part: string, message: string) =>
    assertThrows(() => frozen(config, part), ConfigError, message);
  rejected(albert, "head", "freeze must be embeddings, layers:N for the first N layers");
  rejected(albert, "layers:0", "got layers:0");
  rejected(bert, "layers:4", "freeze must be at most layers:3 for this model, got layers:4");
  rejected(albert, "layers:1", "share parameters with later ones; use layers:2");
});
