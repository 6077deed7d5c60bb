import { assertEquals, assertRejects } from "@std/assert";
import { Albert } from "../../src/inference/mod.ts";
import {
  ConfigError,
  initialize,
  initialValues,
  modelFiles,
  presetConfig,
  PretrainingModel,
} from "../../src/model/mod.ts";
import { Tokenizer, writeSentencePieceModel } from "../../src/text/mod.ts";
import { VocabularyTrainer } from "../../src/text/training/mod.ts";
import { parseSafetensors, toFloat32 } from "../../src/weights/mod.ts";
import { openDevice } from "../../src/device/mod.ts";

Deno.test("modelFiles() contain the weights and can be loaded", async () => {
  const trainer = new VocabularyTrainer({ vocabSize: 34 });
  trainer.add("The cat sat on the mat. It slept. The dog sat on the cat. It did not sleep long.");
  const tokenizer = Tokenizer.fromModel(writeSentencePieceModel(trainer.train()));
  const config = { ...presetConfig("smoke"), vocabSize: 34 };
  const device = await openDevice({ device: "cpu" });
  const model = new PretrainingModel(device, config);
  initialize(model.parameters, 7, 0.02);
  const files = await modelFiles(model, tokenizer);

  const { tensors } = parseSafetensors(files.get("model.safetensors")!);
  const { list } = model.parameters;
  assertEquals([...tensors.keys()].sort(), list.map(({ spec }) => spec.name).sort());
  for (const { spec } of list) {
    const written = toFloat32(spec.name, tensors.get(spec.name)!);
    assertEquals(written, initialValues(spec, 7, 0.02), spec.name);
  }

  const albert = await Albert.load((name) => Promise.resolve(files.get(name) ?? null), device);
  assertEquals(albert.report.missing, []);
  assertEquals(albert.tokenizer.encode("the cat").tokens, tokenizer.encode("the cat").tokens);

  const small = new PretrainingModel(device, { ...config, vocabSize: 33 });
  await assertRejects(
    () => modelFiles(small, tokenizer),
    ConfigError,
    "the tokenizer has 34 pieces, but vocab_size in config.json is 33",
  );
  await device.destroy();
});
