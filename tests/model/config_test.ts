import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { openReferenceDevice } from "../../src/device/mod.ts";
import {
  ConfigError,
  configToJson,
  Encoder,
  encoderSpecs,
  maskedLanguageSpecs,
  type ModelConfig,
  namesOfClasses,
  Parameters,
  parseConfig,
  PRESET_NAMES,
  presetConfig,
  PretrainingModel,
  unusedLayers,
  validateConfig,
} from "../../src/model/mod.ts";

const SMALL = {
  model_type: "albert",
  vocab_size: 100,
  embedding_size: 16,
  hidden_size: 32,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  intermediate_size: 64,
};

Deno.test("every preset is valid and survives a round trip through config.json", () => {
  for (const name of PRESET_NAMES) {
    const config = validateConfig(presetConfig(name));
    const { extra: _, ...again } = parseConfig(JSON.stringify(configToJson(config, ["X"])));
    assertEquals(again, config, name);
  }
});

Deno.test("presets have the published dropout: 0.1 in v1 except xxlarge, none in v2", () => {
  const dropout = (name: string) => presetConfig(name).hiddenDropoutProb;
  assertEquals(
    ["base", "large", "xlarge", "xxlarge"].map((size) => dropout(`albert-${size}-v1`)),
    [0.1, 0.1, 0.1, 0],
  );
  assertEquals(
    ["base", "large", "xlarge", "xxlarge"].map((size) => dropout(`albert-${size}-v2`)),
    [0, 0, 0, 0],
  );
  assertEquals(presetConfig("albert-base-v2").classifierDropoutProb, 0.1);
});

Deno.test("presets use the tanh form of GELU; gelu in config.json means the erf form", () => {
  for (const name of PRESET_NAMES) assertEquals(presetConfig(name).hiddenAct, "gelu_new");
  assertEquals(parseConfig(JSON.stringify({ ...SMALL, hidden_act: "gelu" })).hiddenAct, "gelu");
});

Deno.test("hidden_act may have another name of the same function, and Google's files mean the tanh form by gelu", () => {
  const act = (change: object) => parseConfig(JSON.stringify({ ...SMALL, ...change })).hiddenAct;
  for (const name of ["gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate"]) {
    assertEquals(act({ hidden_act: name }), "gelu_new");
  }
  assertEquals(act({ hidden_act: "gelu_python" }), "gelu");
  assertEquals(act({ model_type: undefined, hidden_act: "gelu" }), "gelu_new");
  // Early files of transformers have a class, but no model type.
  const early = { model_type: undefined, architectures: ["AlbertForMaskedLM"] };
  assertEquals(act({ ...early, hidden_act: "gelu" }), "gelu");
  assertThrows(() => act({ hidden_act: "quick_gelu" }), ConfigError, 'got "quick_gelu"');
  assertThrows(() => act({ hidden_act: "toString" }), ConfigError, 'got "toString"');
});

Deno.test("tie_word_embeddings false survives a round trip, and adds the output matrix to the head", () => {
  const json = { ...SMALL, tie_word_embeddings: false };
  const config = parseConfig(JSON.stringify(json));
  assertEquals(config.tieWordEmbeddings, false);
  assertEquals(configToJson(config, ["X"]).tie_word_embeddings, false);
  const names = maskedLanguageSpecs(config).map(({ name, shape }) => `${name} ${shape}`);
  assertEquals(names.at(-1), "predictions.decoder.weight 100,16");
  assertThrows(
    () => parseConfig(JSON.stringify({ ...SMALL, tie_word_embeddings: "no" })),
    ConfigError,
    "tie_word_embeddings must be true or false",
  );
});

Deno.test("albert-xlarge has the 16 heads of the published configuration", () => {
  const published = presetConfig("albert-xlarge-v2");
  assertEquals(published.numAttentionHeads, 16);
  // The original archive has 32: the same tensors, other outputs. The number in the file applies.
  const json = { ...configToJson(published, ["X"]), num_attention_heads: 32 };
  const archive = parseConfig(JSON.stringify(json));
  assertEquals(archive.numAttentionHeads, 32);
  assertEquals(encoderSpecs(archive), encoderSpecs(published));
});

Deno.test("presetConfig() lists the presets if the name is unknown", () => {
  assertThrows(() => presetConfig("albert-huge"), ConfigError, "albert-base-v1");
});

Deno.test("parseConfig() preserves unknown keys", () => {
  const config = parseConfig(JSON.stringify({ ...SMALL, id2label: { 0: "no" }, bos_token_id: 7 }));
  const json = configToJson(config, ["AlbertModel"]);
  assertEquals(json.id2label, { 0: "no" });
  assertEquals(json.bos_token_id, 7);
});

Deno.test("parseConfig() infers share from num_hidden_groups", () => {
  const share = (groups: number) =>
    parseConfig(JSON.stringify({ ...SMALL, num_hidden_groups: groups })).share;
  assertEquals([1, 2, 4].map(share), ["all", "all", "none"]);
});

for (
  const [change, message] of [
    [{ hidden_size: 30 }, "hidden_size must be a multiple of num_attention_heads (got 30 and 4)"],
    [{ share: "some" }, "share must be one of all, attention, ffn, none"],
    [
      { share: "none", num_hidden_groups: 2 },
      'share "none" needs one group per layer: num_hidden_groups must be 4, got 2',
    ],
    [{ num_hidden_groups: 9 }, "num_hidden_groups must be at most num_hidden_layers (got 9 and 4)"],
    [{ hidden_act: "swish" }, "hidden_act must be one of"],
    [{ vocab_size: 0 }, "vocab_size must be a positive integer"],
    [{ vocab_size: "many" }, "vocab_size must be a number"],
    [{ vocab_size: undefined }, "vocab_size is missing"],
    [{ hidden_dropout_prob: 1 }, "hidden_dropout_prob must be in [0, 1)"],
    [{ embedding_projection: false }, "embedding_projection must be true"],
    [{ model_type: "gpt2" }, 'model_type must be one of albert, bert, got "gpt2"'],
    [{ model_type: undefined, embedding_size: undefined }, "model_type is missing"],
    [{ position_embedding_type: "relative_key" }, "only encoders with absolute positions"],
    [{ is_decoder: true }, "is_decoder is true"],
    [{ is_decoder: "true" }, "is_decoder must be true or false"],
  ] as const
) {
  Deno.test(`parseConfig() rejects ${JSON.stringify(change)}`, () => {
    assertThrows(() => parseConfig(JSON.stringify({ ...SMALL, ...change })), ConfigError, message);
  });
}

Deno.test("parseConfig() rejects a number that is too large for one", () => {
  const json = JSON.stringify(SMALL).replace("{", '{"layer_norm_eps":1e999,');
  assertThrows(
    () => parseConfig(json),
    ConfigError,
    "layer_norm_eps must be a number, got Infinity",
  );
});

Deno.test("parseConfig() infers the family of a file without model_type", () => {
  const { embedding_size: _, ...plain } = SMALL;
  const family = (change: object) =>
    parseConfig(JSON.stringify({ ...plain, model_type: undefined, ...change })).arch;
  assertEquals(family({ embedding_size: 16 }), "albert");
  assertEquals(family({ architectures: ["AlbertForMaskedLM"] }), "albert");
  assertEquals(family({ architectures: ["BertForMaskedLM"] }), "bert");
});

Deno.test("parseConfig() rejects text that is not a JSON object", () => {
  assertThrows(() => parseConfig("{"), ConfigError, "it is not valid JSON");
  assertThrows(() => parseConfig("[1]"), ConfigError, "it must be a JSON object, got [1]");
});

Deno.test("validateConfig() rejects sharing that the family does not support", () => {
  assertThrows(
    () => validateConfig({ ...presetConfig("nano"), arch: "bert" }),
    ConfigError,
    'share must be "none" for model_type bert, got "all"',
  );
});

Deno.test("parseConfig() reads dropout defaults of each family, and BERT's classifier dropout", () => {
  const dropouts = (change: object) => {
    const config = parseConfig(JSON.stringify({ ...SMALL, ...change }));
    return [
      config.hiddenDropoutProb,
      config.attentionProbsDropoutProb,
      config.classifierDropoutProb,
    ];
  };
  assertEquals(dropouts({}), [0, 0, 0.1]);
  assertEquals(dropouts({ model_type: "bert" }), [0.1, 0.1, 0.1]);
  assertEquals(dropouts({ model_type: "bert", hidden_dropout_prob: 0.3 }), [0.3, 0.1, 0.3]);
  // null means that the classifier uses the hidden dropout.
  assertEquals(dropouts({ model_type: "bert", classifier_dropout: null }), [0.1, 0.1, 0.1]);
  assertEquals(dropouts({ model_type: "bert", classifier_dropout: 0.2 }), [0.1, 0.1, 0.2]);
});

Deno.test("models reject an invalid configuration before they allocate memory", () => {
  const config = { ...presetConfig("smoke"), numAttentionHeads: 3 };
  const device = openReferenceDevice({ precision: "f32" });
  const message = "hidden_size must be a multiple of num_attention_heads (got 32 and 3)";
  assertThrows(() => new PretrainingModel(device, config), ConfigError, message);
  const parameters = new Parameters(device, encoderSpecs(config));
  assertThrows(() => new Encoder(config, parameters), ConfigError, message);
});

Deno.test("namesOfClasses() returns the names by id, and rejects ids and names that programs read differently", () => {
  const read = (id2label: unknown) => namesOfClasses({ extra: { id2label } });
  assertEquals(read({ 1: "yes", 0: "no" }), ["no", "yes"]);
  assertEquals(read({ 0: 0, 1: 1 }), ["0", "1"]);
  for (const none of [undefined, null, {}]) assertEquals(read(none), undefined);
  const wrong = [
    { 1: "a", 2: "b" },
    { 0: "a", 2: "b" },
    { no: 0, yes: 1 },
    { 0: "a", 1: "a" },
    { 0: "a", 1: null },
    "no,yes",
  ];
  for (const id2label of wrong) {
    assertThrows(() => read(id2label), ConfigError, "id2label in config");
  }
});

Deno.test("unusedLayers() names a layer of the weights that the configuration does not have", () => {
  const names = (config: ModelConfig) => encoderSpecs(config).map(({ name }) => name);
  const albert = (groups: number) =>
    parseConfig(JSON.stringify({ ...SMALL, num_hidden_layers: 4, num_hidden_groups: groups }));
  assertEquals(unusedLayers(albert(2), names(albert(2))), null);
  assertEquals(unusedLayers(albert(2), names(albert(1))), null);
  assertStringIncludes(unusedLayers(albert(1), names(albert(2)))!, "albert_layer_groups.1.");
  const bert = (num_hidden_layers: number) =>
    parseConfig(JSON.stringify({ ...SMALL, model_type: "bert", num_hidden_layers }));
  // Other prefixes are missing tensors.
  assertEquals(unusedLayers(albert(1), names(albert(2)).map((name) => `module.${name}`)), null);
  assertStringIncludes(unusedLayers(bert(2), names(bert(3)))!, "encoder.layer.2.");
  const old = names(bert(2)).map((name) =>
    name.replace(/^bert\./, "").replace("Norm.weight", "Norm.gamma")
  );
  assertEquals(unusedLayers(bert(2), old), null);
});
