import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { openReferenceDevice } from "../../src/device/mod.ts";
import {
  ConfigError,
  encoderSpecs,
  initialize,
  initialValues,
  type ModelConfig,
  Parameters,
  presetConfig,
  readTensors,
  warmStart,
} from "../../src/model/mod.ts";
import { encodeSafetensors, parseSafetensors, type Safetensors } from "../../src/weights/mod.ts";

const device = openReferenceDevice({ precision: "f32" });
const SMALL: ModelConfig = {
  ...presetConfig("smoke"),
  vocabSize: 20,
  hiddenSize: 8,
  intermediateSize: 12,
};

/** Returns the weights of a model initialized from a seed. */
async function weightsOf(config: ModelConfig, seed: number): Promise<Safetensors> {
  const parameters = new Parameters(device, encoderSpecs(config));
  initialize(parameters, seed, 0.02);
  const pieces = encodeSafetensors(await readTensors(parameters));
  return parseSafetensors(Uint8Array.from(pieces.flatMap((piece) => [...piece])));
}

async function started(config: ModelConfig, source: Safetensors) {
  const parameters = new Parameters(device, encoderSpecs(config));
  const report = warmStart(parameters, source, 7, 0.02);
  return { report, tensors: await readTensors(parameters) };
}

const query = (group: number) =>
  `albert.encoder.albert_layer_groups.${group}.albert_layers.0.attention.query.weight`;

Deno.test("warmStart() copies a shared layer to a model of another depth", async () => {
  const source = await weightsOf({ ...SMALL, numHiddenLayers: 3 }, 1);
  const { report, tensors } = await started({ ...SMALL, numHiddenLayers: 6 }, source);
  assertEquals(report.grown.length + report.initialized.length, 0);
  const fromSource = await weightsOf({ ...SMALL, numHiddenLayers: 3 }, 1);
  const bytes = new Uint8Array((tensors.get(query(0))!.data as Float32Array).slice().buffer);
  assertEquals(bytes, fromSource.tensors.get(query(0))!.bytes.slice());
});

Deno.test("warmStart() repeats the layers of a network without sharing", async () => {
  const own = { ...SMALL, share: "none" as const };
  const source = await weightsOf({ ...own, numHiddenLayers: 2, numHiddenGroups: 2 }, 1);
  const { tensors } = await started({ ...own, numHiddenLayers: 4, numHiddenGroups: 4 }, source);
  const layer = (group: number) => [...tensors.get(query(group))!.data as Float32Array];
  assertEquals(layer(0), layer(1));
  assertEquals(layer(2), layer(3));
  assertEquals(layer(0)[0] === layer(2)[0], false);
});

Deno.test("warmStart() copies a narrower network's values and initializes the rest", async () => {
  const source = await weightsOf(SMALL, 1);
  const wide = { ...SMALL, hiddenSize: 12, numAttentionHeads: 2 };
  const { report, tensors } = await started(wide, source);
  assertEquals(report.grown.includes(query(0)), true);
  const spec = encoderSpecs(wide).find(({ name }) => name === query(0))!;
  const initial = initialValues(spec, 7, 0.02);
  const narrow = initialValues({ ...spec, shape: [8, 8] }, 1, 0.02);
  const grown = tensors.get(query(0))!.data as Float32Array;
  assertEquals(grown[1 * 12 + 3], narrow[1 * 8 + 3]);
  assertEquals(grown[1 * 12 + 9], initial[1 * 12 + 9]);
  assertEquals(grown[10 * 12 + 3], initial[10 * 12 + 3]);
});

/** Returns weights with other names. */
function renamed(source: Safetensors, rename: (name: string) => string): Safetensors {
  return {
    ...source,
    tensors: new Map([...source.tensors].map(([name, tensor]) => [rename(name), tensor])),
  };
}

Deno.test("warmStart() knows the names of files without a prefix, and gamma and beta", async () => {
  const source = await weightsOf(SMALL, 1);
  const { tensors: expected } = await started(SMALL, source);
  const old = (name: string) =>
    /norm/i.test(name) ? name.replace(/weight$/, "gamma").replace(/bias$/, "beta") : name;
  const bare = (name: string) => name.replace(/^albert\./, "");
  for (const rename of [old, bare, (name: string) => old(bare(name))]) {
    const { report, tensors } = await started(SMALL, renamed(source, rename));
    assertEquals(report.copied.length, expected.size);
    assertEquals(tensors, expected);
  }
});

Deno.test("warmStart() rejects a source without the model's layers", async () => {
  const source = await weightsOf(SMALL, 1);
  const error = assertThrows(
    () =>
      warmStart(
        new Parameters(device, encoderSpecs(SMALL)),
        renamed(source, (n) => `x.${n}`),
        7,
        0.02,
      ),
    ConfigError,
    "the checkpoint has no layers of this model: expected tensors such as albert.encoder.albert_layer_groups.0",
  );
  assertStringIncludes(error.message, "found x.albert.embeddings.word_embeddings.weight");
});

Deno.test("warmStart() reports tensors of a larger source as cropped", async () => {
  const source = await weightsOf({ ...SMALL, vocabSize: 26 }, 1);
  const { report, tensors } = await started(SMALL, source);
  const name = "albert.embeddings.word_embeddings.weight";
  assertEquals([report.cropped, report.grown, report.initialized], [[name], [], []]);
  const rows = initialValues(
    { name, shape: [26, SMALL.embeddingSize], kind: "embedding" },
    1,
    0.02,
  );
  assertEquals(tensors.get(name)!.data, rows.subarray(0, 20 * SMALL.embeddingSize));
});

Deno.test("warmStart() finds sub-layers that all groups of the source share", async () => {
  const shared = { ...SMALL, share: "attention" as const, numHiddenLayers: 3, numHiddenGroups: 3 };
  const source = await weightsOf(shared, 1);
  const { report, tensors } = await started({ ...shared, share: "none" }, source);
  assertEquals([report.grown, report.cropped, report.initialized], [[], [], []]);
  assertEquals(tensors.get(query(2))!.data, tensors.get(query(0))!.data);
});
