import { assert, assertEquals, assertRejects } from "@std/assert";
import { openDevice } from "../../src/device/mod.ts";
import { Sha256 } from "../../src/files/mod.ts";
import { Albert, loadPretrained } from "../../src/inference/mod.ts";
import {
  ConfigError,
  initialize,
  modelFiles,
  presetConfig,
  PretrainingModel,
} from "../../src/model/mod.ts";
import { readTokenizer, writeSentencePieceModel } from "../../src/text/mod.ts";
import { VocabularyTrainer } from "../../src/text/training/mod.ts";
import {
  describeShippedModel,
  hasShippedModel,
  isShippedModel,
  parseSafetensors,
  SHIPPED_MODEL,
  shippedFiles,
  ShippedModelError,
} from "../../src/weights/mod.ts";
import { embeddedFolder, type EmbeddedModel } from "../../src/weights/shipped/embedded.ts";
import { shippedFolder } from "../../src/weights/shipped/disk.ts";
import { fileUrl, ROOT } from "../../tasks/launch/files.ts";
import { modelModules, writeModules } from "../../tasks/ship/modules.ts";
import { readModelParts } from "../../tasks/ship/write_model.ts";

/** Writes a model with random weights. */
async function writeModel(folder: string): Promise<void> {
  const trainer = new VocabularyTrainer({ vocabSize: 105 });
  const text = await Deno.readTextFile(`${ROOT}/examples/farm.txt`);
  for (const line of text.split("\n")) trainer.add(line);
  const vocabulary = writeSentencePieceModel(trainer.train());
  const tokenizer =
    (await readTokenizer((name) => Promise.resolve(name === "spiece.model" ? vocabulary : null)))!;
  await using device = await openDevice({ device: "cpu" });
  const config = { ...presetConfig("smoke"), vocabSize: tokenizer.vocabularySize };
  const model = new PretrainingModel(device, config, { trainable: false });
  initialize(model.parameters, 5, 0.2);
  await Deno.mkdir(folder);
  for (const [name, bytes] of await modelFiles(model, tokenizer)) {
    await Deno.writeFile(`${folder}/${name}`, bytes);
  }
  model.parameters.free();
}

Deno.test("the modules of a model decode to the folder that albert convert writes in f16", async () => {
  const folder = await Deno.makeTempDir();
  await writeModel(`${folder}/model`);
  const generated = `${folder}/generated`;
  await Deno.writeTextFile(
    `${folder}/embedded.ts`,
    `export type * from ${JSON.stringify(fileUrl(`${ROOT}/src/weights/shipped/embedded.ts`))};\n`,
  );
  const parts = {
    ...await readModelParts(`${folder}/model`, `${folder}/half`),
    card: "# A model\n",
    summary: "A small model",
  };
  await writeModules(generated, modelModules(parts));
  const { MODEL } = await import(fileUrl(`${generated}/model.ts`)) as { MODEL: EmbeddedModel };
  const files = await embeddedFolder(MODEL);

  const names = [...Deno.readDirSync(`${folder}/half`)].map(({ name }) => name).sort();
  assertEquals([...files.keys()].sort(), names);
  for (const [name, bytes] of files) {
    const expected = name === "README.md"
      ? new TextEncoder().encode("# A model\n")
      : await Deno.readFile(`${folder}/half/${name}`);
    assertEquals(bytes, expected, name);
  }
  assertEquals(MODEL.sha256, new Sha256().update(files.get("model.safetensors")!).hex());
  assertEquals(MODEL.summary, "A small model");

  await using device = await openDevice({ device: "cpu" });
  using exact = await loadPretrained(`${folder}/model`, device);
  using half = await Albert.load((name) => Promise.resolve(files.get(name) ?? null), device);
  const [[a]] = await exact.fillMask("The [MASK] moos.");
  const [[b]] = await half.fillMask("The [MASK] moos.");
  assertEquals(a.piece, b.piece);
  assert(a.probability !== b.probability && Math.abs(a.probability - b.probability) < 1e-3);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("two commands may write the model of the package at the same time", async () => {
  const folder = await Deno.makeTempDir();
  const partsOf = (card: string, bytes: number) => ({
    ...{ summary: "A small model", config: "{}", card, vocabulary: new Uint8Array([1]) },
    weights: new Uint8Array(bytes),
  });
  const shorter = modelModules(partsOf("new", 1_000_000));
  await writeModules(folder, modelModules(partsOf("old", 2_000_000)));
  const kept = `${folder}/albert_mini_books/weights_0.ts`;
  await Deno.utime(kept, 1, 1);
  await Promise.all([writeModules(folder, shorter), writeModules(folder, shorter)]);
  const files = ["model.ts", "albert_mini_books"].flatMap((name) =>
    name.endsWith(".ts")
      ? [name]
      : [...Deno.readDirSync(`${folder}/${name}`)].map((file) => `${name}/${file.name}`)
  );
  assertEquals(files.sort(), [...shorter.keys()].sort());
  for (const [path, text] of shorter) {
    assertEquals(await Deno.readTextFile(`${folder}/${path}`), text);
  }
  assertEquals((await Deno.stat(kept)).mtime, new Date(1000), "the same text is not written again");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the name of the model of the package is exact", () => {
  const names = [SHIPPED_MODEL, `./${SHIPPED_MODEL}`, SHIPPED_MODEL.toUpperCase(), ""];
  assertEquals(names.map(isShippedModel), [true, false, false, false]);
});

Deno.test({
  name: "a copy without the weights names the alternatives",
  ignore: hasShippedModel(),
  fn: async () => {
    const message = `This copy of the package does not contain the weights of ${SHIPPED_MODEL}; ` +
      "give a model folder or hf:OWNER/NAME";
    await assertRejects(shippedFiles, ShippedModelError, message);
    await using device = await openDevice({ device: "cpu" });
    await assertRejects(
      () => loadPretrained(SHIPPED_MODEL, device),
      ConfigError,
      `Cannot load ${SHIPPED_MODEL}: ${message}`,
    );
  },
});

Deno.test({
  name: "the model of the package has the hash of its card, at most 5 MB, and fills masks",
  ignore: !hasShippedModel(),
  fn: async () => {
    const read = await shippedFiles();
    const weights = (await read("model.safetensors"))!;
    const { sha256 } = describeShippedModel();
    assertEquals(new Sha256().update(weights).hex(), sha256);
    assert(weights.length <= 5e6, `${weights.length} bytes`);
    assert([...parseSafetensors(weights).tensors.values()].every(({ type }) => type === "F16"));
    const card = await Deno.readTextFile(`${ROOT}/docs/models/${SHIPPED_MODEL}/README.md`);
    assertEquals(new TextDecoder().decode((await read("README.md"))!), card);
    assert(card.includes(sha256), "the card lacks the hash of the weights");

    await using device = await openDevice({ device: "cpu" });
    using albert = await loadPretrained(SHIPPED_MODEL, device);
    assertEquals(albert.report.missing, []);
    const [[best]] = await albert.fillMask("I do not [MASK] what you mean.");
    assertEquals(best.piece, "▁know");
  },
});

Deno.test({
  name: "without an accessible cache, the model of the package is in one temporary folder per user",
  ignore: !hasShippedModel(),
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const before = { ...Deno.env.toObject() };
    const { open, lstat } = Deno;
    const names = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    try {
      Deno.env.set("TMPDIR", folder);
      await Deno.writeTextFile(`${folder}/file`, "");
      Deno.env.set("ALBERT_CACHE", `${folder}/file`); // not a folder
      const first = await shippedFolder();
      assertEquals((await Deno.stat(`${first}/model.safetensors`)).size > 1e6, true);
      // A home folder of another user.
      Deno.env.set("ALBERT_CACHE", "/proc/albert");
      Deno.open = (path, options) =>
        `${path}`.startsWith("/proc/albert")
          ? Promise.reject(new Deno.errors.PermissionDenied("Permission denied (os error 13)"))
          : open(path, options);
      assertEquals(await shippedFolder(), first);
      await Deno.truncate(`${first}/model.safetensors`, 1000);
      assertEquals(await shippedFolder(), first);
      assertEquals((await Deno.stat(`${first}/model.safetensors`)).size > 1e6, true);
      assertEquals(names(), [first.slice(folder.length + 1), "file"]);
      // The configuration in a folder of another user may be anything.
      Deno.lstat = async (path) => ({ ...await lstat(path), uid: 12345 });
      const own = await shippedFolder();
      assert(own !== first && own.startsWith(folder));
      assert((await Deno.stat(`${own}/config.json`)).isFile);
    } finally {
      Object.assign(Deno, { open, lstat });
      for (const name of ["TMPDIR", "ALBERT_CACHE"]) {
        if (before[name] === undefined) Deno.env.delete(name);
        else Deno.env.set(name, before[name]);
      }
      await Deno.remove(folder, { recursive: true });
    }
  },
});
