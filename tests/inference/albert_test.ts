import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Device, openDevice } from "../../src/device/mod.ts";
import { Albert, loadPretrained } from "../../src/inference/mod.ts";
import {
  ConfigError,
  encoderSpecs,
  initialValues,
  maskedLanguageSpecs,
  parseConfig,
} from "../../src/model/mod.ts";
import { encodeSafetensors, type ReadFile, readWeights, toFloat32 } from "../../src/weights/mod.ts";

const CONFIG = {
  model_type: "bert",
  vocab_size: 12,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 16,
  max_position_embeddings: 10,
};
const VOCABULARY = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nA\nb\ná\n";

/** Reads the files of a small random BERT, with two shards, from memory. */
function files(change: Record<string, string | Uint8Array | null> = {}): ReadFile {
  const config = parseConfig(JSON.stringify(CONFIG));
  const specs = [...encoderSpecs(config, { pooler: false }), ...maskedLanguageSpecs(config)];
  const map: Record<string, string> = {};
  const shard = (which: number) => {
    const tensors = new Map(
      specs.filter((_, i) => i % 2 === which).map((spec) => {
        map[spec.name] = `shard-${which}.safetensors`;
        return [spec.name, { shape: spec.shape, data: initialValues(spec, 3, 0.5) }];
      }),
    );
    return Uint8Array.from(encodeSafetensors(tensors).flatMap((piece) => [...piece]));
  };
  const shards = [shard(0), shard(1)];
  const all: Record<string, string | Uint8Array | null> = {
    "config.json": JSON.stringify(CONFIG),
    "shard-0.safetensors": shards[0],
    "shard-1.safetensors": shards[1],
    "model.safetensors.index.json": JSON.stringify({ weight_map: map }),
    "vocab.txt": VOCABULARY,
    ...change,
  };
  return (name) => {
    const content = all[name] ?? null;
    return Promise.resolve(
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  };
}

async function onDevice(test: (device: Device) => Promise<void>): Promise<void> {
  const device = await openDevice({ device: "cpu" });
  try {
    await test(device);
  } finally {
    await device.destroy();
  }
}

Deno.test("Albert.load() reads shards, and lower-casing and accents from tokenizer_config.json", async () => {
  await onDevice(async (device) => {
    const tokens = async (settings: string | null) => {
      const model = await Albert.load(files({ "tokenizer_config.json": settings }), device);
      assertEquals([model.report.missing, model.report.unexpected], [[], []]);
      const { tokens, layers } = await model.hiddenStates("A á");
      const none = undefined as unknown as string;
      for (const wrong of [() => model.hiddenStates(none), () => model.attention(none, 1)]) {
        await assertRejects(wrong, TypeError, "Text 0 must be a string, got nothing");
      }
      assertEquals(layers.map(({ length }) => length), Array(3).fill(4 * CONFIG.hidden_size));
      model.free();
      return tokens.slice(1, -1);
    };
    // Without the setting, a vocabulary with capital letters is cased.
    assertEquals(await tokens(null), ["A", "á"]);
    assertEquals(await tokens('{"do_lower_case": true}'), ["a", "a"]);
    assertEquals(await tokens('{"do_lower_case": true, "strip_accents": false}'), ["a", "á"]);
  });
});

Deno.test("Albert.load() rejects missing, invalid and inconsistent files", async () => {
  await onDevice(async (device) => {
    const rejects = async (change: Parameters<typeof files>[0], message: string) => {
      await assertRejects(() => Albert.load(files(change), device), Error, message);
    };
    const config = (change: object) => ({
      "config.json": JSON.stringify({ ...CONFIG, ...change }),
    });
    await rejects({ "config.json": null }, "the model folder does not contain config.json");
    await rejects(
      { "vocab.txt": null },
      "the model folder contains none of spiece.model, tokenizer.json, vocab.txt",
    );
    await rejects(
      { "vocab.txt": `${VOCABULARY}c\nd\ne\nf\n` },
      "the tokenizer has 13 pieces, but vocab_size in config.json is 12",
    );
    await rejects({ "tokenizer_config.json": "{" }, "tokenizer_config.json: it is not valid JSON");
    await rejects(
      { "model.safetensors": new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 123, 125]) },
      "tensor bert.embeddings.word_embeddings.weight is missing in the weights",
    );
    await rejects({ "shard-1.safetensors": null }, "lists shard-1.safetensors, which is missing");
    await rejects(config({ model_type: undefined }), "model_type is missing");
    await rejects(
      config({ hidden_size: 16 }),
      "has shape [12,8], but the configuration requires [12,16]",
    );
  });
});

/** The tensors of `files()` and more, in one file. */
async function withTensors(
  change: ReadonlyMap<string, { shape: number[]; data: Float32Array }>,
): Promise<{ "model.safetensors": Uint8Array }> {
  const { tensors } = await readWeights(files());
  const all = new Map(
    [...tensors].map(([name, tensor]) => [
      name,
      { shape: tensor.shape, data: toFloat32(name, tensor) },
    ]),
  );
  for (const [name, tensor] of change) all.set(name, tensor as never);
  return { "model.safetensors": Uint8Array.from(encodeSafetensors(all).flatMap((p) => [...p])) };
}

Deno.test("Albert.fillMask() uses an output layer that is not tied, and rejects one that only looks tied", async () => {
  const matrix = { shape: [12, 8], data: Float32Array.from({ length: 96 }, (_, i) => i % 7) };
  const bias = { shape: [12], data: new Float32Array(12) };
  // Id 6 is "A".
  bias.data[6] = 1e4;
  const own = await withTensors(
    new Map([["cls.predictions.decoder.weight", matrix], ["cls.predictions.decoder.bias", bias]]),
  );
  const untied = { "config.json": JSON.stringify({ ...CONFIG, tie_word_embeddings: false }) };
  await onDevice(async (device) => {
    const model = await Albert.load(files({ ...own, ...untied }), device);
    assertEquals([model.report.missing, model.report.unexpected], [[], []]);
    const [[best]] = await model.fillMask("a [MASK]", 1);
    assertEquals([best.piece, best.probability], ["A", 1]);
    model.free();
    await assertRejects(
      () => Albert.load(files(own), device),
      ConfigError,
      "cls.predictions.decoder.weight differs from bert.embeddings.word_embeddings.weight; set tie_word_embeddings to false",
    );
    const otherBias = await withTensors(new Map([["cls.predictions.decoder.bias", bias]]));
    await assertRejects(
      () => Albert.load(files(otherBias), device),
      ConfigError,
      "cls.predictions.decoder.bias differs from cls.predictions.bias",
    );
    const without = await Albert.load(files(untied), device);
    await assertRejects(
      () => without.fillMask("a [MASK]"),
      ConfigError,
      "no masked-LM head: cls.predictions.decoder.weight is missing",
    );
    without.free();
  });
});

Deno.test("Albert.fillMask() leaves out rows beyond the vocabulary", async () => {
  const bias = { shape: [12], data: new Float32Array(12) };
  // The vocabulary has 9 pieces.
  bias.data[10] = 50;
  await onDevice(async (device) => {
    const model = await Albert.load(
      files(await withTensors(new Map([["cls.predictions.bias", bias]]))),
      device,
    );
    const [candidates] = await model.fillMask("a [MASK]", 12);
    assertEquals(candidates.map(({ id }) => id).sort((a, b) => a - b), [...Array(9).keys()]);
    // Probabilities are those of the whole matrix, as in transformers.
    assertEquals(candidates.reduce((sum, { probability }) => sum + probability, 0) < 0.01, true);
    model.free();
  });
});

Deno.test("predictions and embeddings that are not finite are errors", async () => {
  await onDevice(async (device) => {
    const name = "bert.embeddings.position_embeddings.weight";
    const positions = { shape: [10, 8], data: new Float32Array(80).fill(NaN) };
    using albert = await Albert.load(
      files(await withTensors(new Map([[name, positions]]))),
      device,
    );
    const logits = "The logits of a mask are not finite";
    await assertRejects(() => albert.fillMask("a [MASK]"), RangeError, logits);
    await assertRejects(() => albert.fillMask(["a [MASK]"]), RangeError, logits);
    await assertRejects(() => albert.perplexity("a b"), RangeError, logits);
    await assertRejects(
      () => albert.embed("a b"),
      RangeError,
      'The embedding of "a b" is not finite',
    );
  });
});

Deno.test("Encoder.forward() rejects inputs that devices compute differently", async () => {
  await onDevice(async (device) => {
    const model = await Albert.load(files(), device);
    const good = {
      batch: 2,
      sequence: 3,
      inputIds: Uint32Array.of(2, 5, 3, 2, 3, 0),
      tokenTypeIds: new Uint32Array(6),
      lengths: Uint32Array.of(3, 2),
    };
    model.encoder.forward({ device }, good);
    const wrong: [object, string][] = [
      [{ lengths: Uint32Array.of(3, 0) }, "lengths[1] must be 1 to 3, the sequence length, got 0"],
      [{ lengths: Uint32Array.of(4, 2) }, "lengths[0] must be 1 to 3, the sequence length, got 4"],
      [{ lengths: Uint32Array.of(3) }, "lengths must have batch = 2 values, got 1"],
      [{ inputIds: new Uint32Array(5) }, "inputIds must have batch·sequence = 6 values, got 5"],
      [{ tokenTypeIds: new Uint32Array(7) }, "tokenTypeIds must have batch·sequence = 6 values"],
      [{ batch: 0 }, "batch must be a positive integer, got 0"],
      [{ sequence: 1.5 }, "sequence must be a positive integer, got 1.5"],
    ];
    for (const [change, message] of wrong) {
      assertThrows(
        () => model.encoder.forward({ device }, { ...good, ...change }),
        RangeError,
        message,
      );
    }
    model.free();
  });
});

Deno.test("loadPretrained() reports the folder and the problem", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/config.json`, "{}");
    await onDevice(async (device) => {
      const load = () => loadPretrained(folder, device);
      await assertRejects(load, ConfigError, `Cannot load ${folder}: model_type is missing`);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
