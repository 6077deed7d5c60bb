import { assertEquals } from "@std/assert";
import {
  blockSets,
  countParameters,
  encoderSpecs,
  isDecayed,
  type ModelConfig,
  presetConfig,
  pretrainingSpecs,
  type Share,
} from "../../src/model/mod.ts";

Deno.test("parameter counts of all ALBERT presets match the published models", () => {
  for (
    const [size, encoder, pretraining] of [
      ["base", 11_683_584, 11_813_810],
      ["large", 17_683_968, 17_847_474],
      ["xlarge", 58_724_864, 59_021_490],
      ["xxlarge", 222_595_584, 223_158_450],
    ] as const
  ) {
    const config = presetConfig(`albert-${size}-v2`);
    assertEquals(countParameters(encoderSpecs(config)), encoder, size);
    assertEquals(countParameters(pretrainingSpecs(config)), pretraining, size);
  }
});

Deno.test("parameter counts of the BERT presets, without pooler, match the paper", () => {
  const millions = (name: string) =>
    Math.round(countParameters(encoderSpecs(presetConfig(name), { pooler: false })) / 1e4) / 100;
  assertEquals([millions("bert-base"), millions("bert-large"), millions("bert-xlarge")], [
    108.49,
    333.56,
    1271.1,
  ]);
});

Deno.test("parameter counts match every cell of the paper's Tables 3 and 4", () => {
  const base = presetConfig("albert-base-v1");
  const count = (embeddingSize: number, share: Share): number => {
    const config: ModelConfig = {
      ...base,
      embeddingSize,
      // google-research/albert has no projection if E = H.
      embeddingProjection: embeddingSize !== base.hiddenSize,
      share,
      numHiddenGroups: share === "all" ? 1 : base.numHiddenLayers,
    };
    return Math.round(countParameters(encoderSpecs(config)) / 1e4) / 100;
  };
  assertEquals([64, 128, 256, 768].map((e) => count(e, "all")), [9.68, 11.68, 15.69, 31.11]);
  assertEquals([64, 128, 256, 768].map((e) => count(e, "none")), [87.65, 89.65, 93.65, 109.08]);
  assertEquals([128, 768].map((e) => count(e, "attention")), [63.65, 83.08]);
  assertEquals([128, 768].map((e) => count(e, "ffn")), [37.69, 57.12]);
});

Deno.test("blockSets() maps layers to parameter sets", () => {
  const config: ModelConfig = { ...presetConfig("nano"), numHiddenLayers: 4, numHiddenGroups: 4 };
  const sets = (share: Share, groups = 4) =>
    blockSets({ ...config, share, numHiddenGroups: groups })
      .map(({ attention, feedForward }) => [attention.group, feedForward.group]);
  assertEquals(sets("all", 1), [[0, 0], [0, 0], [0, 0], [0, 0]]);
  assertEquals(sets("all", 2), [[0, 0], [0, 0], [1, 1], [1, 1]]);
  assertEquals(sets("none"), [[0, 0], [1, 1], [2, 2], [3, 3]]);
  assertEquals(sets("attention"), [[0, 0], [0, 1], [0, 2], [0, 3]]);
  const rounded = blockSets({ ...config, numHiddenLayers: 27, numHiddenGroups: 21 });
  // transformers: int(i / (27 / 21)). floor(i · 21 / 27) gives 7 for layer 9 and 14 for layer 18.
  assertEquals([8, 9, 18, 26].map((layer) => rounded[layer].attention.group), [6, 6, 13, 20]);
  assertEquals(sets("ffn"), [[0, 0], [1, 0], [2, 0], [3, 0]]);
});

Deno.test("weight decay excludes layer normalization and biases, the output bias included, and nothing else", () => {
  const excluded = pretrainingSpecs(presetConfig("albert-base-v2"))
    .filter((spec) => !isDecayed(spec)).map(({ name }) => name);
  assertEquals(excluded.every((name) => /LayerNorm|layer_norm|bias/.test(name)), true);
  const decayed = pretrainingSpecs(presetConfig("albert-base-v2"))
    .filter(isDecayed).map(({ name }) => name);
  assertEquals(decayed.some((name) => /LayerNorm|layer_norm|bias/.test(name)), false);
  assertEquals(decayed.includes("albert.embeddings.position_embeddings.weight"), true);
  assertEquals(excluded.includes("predictions.bias"), true);
});
