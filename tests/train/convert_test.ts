import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  classifierSpecs,
  ConfigError,
  configToJson,
  encoderSpecs,
  initialValues,
  maskedLanguageSpecs,
  type ModelConfig,
  type ParameterSpec,
  parseConfig,
  sentenceOrderSpecs,
  spanSpecs,
  squadHeadSpecs,
} from "../../src/model/mod.ts";
import { lockOutput, namesIn } from "../../src/files/mod.ts";
import { writeNewFolder } from "../../src/train/new_folder.ts";
import { loadTokenizer } from "../../src/text/disk/mod.ts";
import { convertFolder, readModelFolder } from "../../src/train/disk.ts";
import { encodeSafetensors, toFloat32, type WritableTensor } from "../../src/weights/mod.ts";

const ALBERT = {
  model_type: "albert",
  vocab_size: 12,
  embedding_size: 4,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 16,
  max_position_embeddings: 10,
};
const BERT = { ...ALBERT, model_type: "bert", embedding_size: undefined };
const VOCABULARY = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nab\n##c\n##b\n";

type Files = Record<string, Uint8Array | string>;

const configOf = (json: object): ModelConfig => parseConfig(JSON.stringify(json));

/** Tensors with different values. */
function tensorsOf(specs: readonly ParameterSpec[]): Map<string, WritableTensor> {
  return new Map(specs.map((spec) => {
    const data = initialValues({ ...spec, kind: "matrix" }, 7, 1);
    return [spec.name, { shape: spec.shape, data }];
  }));
}

function joined(tensors: ReadonlyMap<string, WritableTensor>): Uint8Array {
  return Uint8Array.from(encodeSafetensors(tensors).flatMap((piece) => [...piece]));
}

/** A folder as transformers saves it; `to` is the converted one. */
async function inFolders(
  files: Files,
  test: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/from`);
    for (const [name, content] of Object.entries(files)) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(`${folder}/from/${name}`, bytes);
    }
    await test(`${folder}/from`, `${folder}/to`);
    const left = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assert(!left.some((name) => name.endsWith(".tmp")), `${left}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const refused = (files: Files, message: string) =>
  inFolders(files, async (from, to) => {
    await assertRejects(() => convertFolder(from, to), ConfigError, message);
    await assertRejects(() => Deno.stat(to), Deno.errors.NotFound);
  });

/** Compares the values of the converted folder with those of the source. */
async function assertSame(to: string, tensors: ReadonlyMap<string, WritableTensor>) {
  const { weights } = await readModelFolder(to);
  assertEquals([...weights.tensors.keys()].sort(), [...tensors.keys()].sort());
  for (const [name, { data }] of tensors) {
    assertEquals(toFloat32(name, weights.tensors.get(name)!), data, name);
  }
}

Deno.test("convertFolder() keeps the files that determine sentence embeddings", async () => {
  const files = {
    "config.json": JSON.stringify(ALBERT),
    "model.safetensors": joined(tensorsOf(encoderSpecs(configOf(ALBERT)))),
    "modules.json": '[{"path": "1_Pooling", "type": "Pooling"}]',
    "sentence_bert_config.json": '{"max_seq_length": 8}',
  };
  await inFolders(files, async (from, to) => {
    await Deno.mkdir(`${from}/1_Pooling`);
    await Deno.writeTextFile(`${from}/1_Pooling/config.json`, '{"pooling_mode": "cls"}');
    await convertFolder(from, to);
    for (const name of ["modules.json", "sentence_bert_config.json", "1_Pooling/config.json"]) {
      const [one, two] = [from, to].map((at) => Deno.readTextFileSync(`${at}/${name}`));
      assertEquals(one, two, name);
    }
  });
});

Deno.test("convertFolder() rejects names of classes that do not fit the classifier", async () => {
  const config = configOf(ALBERT);
  const files = (id2label: object) => ({
    "config.json": JSON.stringify({ ...ALBERT, id2label }),
    "model.safetensors": joined(
      tensorsOf([...encoderSpecs(config), ...classifierSpecs(config, 3)]),
    ),
  });
  await refused(files({ 0: "a", 1: "b" }), "has 2 names, but the classifier has 3 outputs");
  await refused(files({ 1: "a", 2: "b", 3: "c" }), "must have a different name for each id from 0");
});

const HEADS: readonly [string, object, (config: ModelConfig) => ParameterSpec[], string[]][] = [
  ["AlbertForPreTraining", ALBERT, (c) => [...maskedLanguageSpecs(c), ...sentenceOrderSpecs(c)], [
    "masked language",
    "pair",
  ]],
  ["AlbertForMaskedLM", ALBERT, maskedLanguageSpecs, ["masked language"]],
  ["AlbertForSequenceClassification", ALBERT, (c) => classifierSpecs(c, 3), ["classifier"]],
  ["AlbertForMultipleChoice", ALBERT, (c) => classifierSpecs(c, 1), ["classifier"]],
  ["AlbertForQuestionAnswering", ALBERT, spanSpecs, ["span"]],
  ["AlbertModel", ALBERT, squadHeadSpecs, ["paper's SQuAD 2.0"]],
  ["BertForPreTraining", BERT, (c) => [...maskedLanguageSpecs(c), ...sentenceOrderSpecs(c)], [
    "masked language",
    "pair",
  ]],
  ["BertModel", BERT, () => [], []],
];
for (const [architecture, json, head, heads] of HEADS) {
  Deno.test(`convertFolder() keeps every tensor of ${architecture}`, async () => {
    const config = configOf(json);
    const pooler = !/MaskedLM|QuestionAnswering/.test(architecture);
    const id2label = { 0: "x", 1: "y", 2: "z" };
    const tensors = tensorsOf([...encoderSpecs(config, { pooler }), ...head(config)]);
    const files = {
      "config.json": JSON.stringify({
        ...json,
        architectures: [architecture],
        id2label,
      }),
      "model.safetensors": joined(tensors),
      "vocab.txt": VOCABULARY,
      "tokenizer_config.json": '{"do_lower_case": false}',
    };
    await inFolders(files, async (from, to) => {
      const report = await convertFolder(from, to);
      assertEquals([report.architecture, [...report.heads]], [architecture, heads]);
      assertEquals([report.unused, report.tokenizer], [[], true]);
      await assertSame(to, tensors);
      const written = JSON.parse(await Deno.readTextFile(`${to}/config.json`));
      assertEquals([written.architectures, written.id2label], [[architecture], id2label]);
      // Cased, like the source.
      const tokenizer = await loadTokenizer(to);
      assertEquals([...tokenizer.encodeIds("abc A")], [8, 9, 1]);
      assert((await Deno.readTextFile(`${to}/README.md`)).includes(architecture));
      // Converting the result again changes nothing.
      await convertFolder(to, `${to}-again`);
      for (const name of ["model.safetensors", "tokenizer.json", "tokenizer_config.json"]) {
        const [one, two] = [to, `${to}-again`].map((at) => Deno.readFileSync(`${at}/${name}`));
        assertEquals(one, two, name);
      }
    });
  });
}

Deno.test("convertFolder() reads half precision, old names, missing prefixes and duplicates", async () => {
  const config = configOf(BERT);
  const tensors = tensorsOf([...encoderSpecs(config), ...maskedLanguageSpecs(config)]);
  const old = new Map([...tensors].map(([name, tensor]) => [
    name.replace(/^bert\./, "").replace(/(LayerNorm)\.weight$/, "$1.gamma")
      .replace(/(LayerNorm)\.bias$/, "$1.beta"),
    tensor,
  ]));
  old.set("cls.predictions.decoder.weight", tensors.get("bert.embeddings.word_embeddings.weight")!);
  old.set("embeddings.position_ids", { shape: [1, 2], data: BigInt64Array.of(0n, 1n) });
  old.set("vision.weight", { shape: [1], data: Float32Array.of(1) });
  const files = {
    "config.json": JSON.stringify({ ...BERT, torch_dtype: "float16" }),
    "model.safetensors": joined(old),
  };
  await inFolders(files, async (from, to) => {
    const report = await convertFolder(from, to);
    assertEquals([report.architecture, report.tokenizer], ["BertForMaskedLM", false]);
    assertEquals(report.unused, ["vision.weight"]);
    await assertSame(to, tensors);
    const written = JSON.parse(await Deno.readTextFile(`${to}/config.json`));
    assertEquals([written.dtype, written.torch_dtype], ["float32", undefined]);
    assertEquals(written.pair_objective, "none");
  });
});

Deno.test("convertFolder() reads weights in shards", async () => {
  const config = configOf(ALBERT);
  const tensors = tensorsOf(encoderSpecs(config));
  const names = [...tensors.keys()];
  const part = (which: number) => new Map([...tensors].filter((_, i) => i % 2 === which));
  const file = (i: number) => `model-0000${i + 1}-of-00002.safetensors`;
  const map = Object.fromEntries(names.map((name, i) => [name, file(i % 2)]));
  const files = {
    "config.json": JSON.stringify(ALBERT),
    "model.safetensors.index.json": JSON.stringify({ weight_map: map }),
    [file(0)]: joined(part(0)),
    [file(1)]: joined(part(1)),
  };
  await inFolders(files, async (from, to) => {
    await convertFolder(from, to);
    await assertSame(to, tensors);
  });
});

Deno.test("convertFolder() rejects a target folder that is not empty", async () => {
  const files = {
    "config.json": JSON.stringify(ALBERT),
    "model.safetensors": joined(tensorsOf(encoderSpecs(configOf(ALBERT)))),
  };
  await inFolders(files, async (from, to) => {
    await assertRejects(() => convertFolder(from, from), ConfigError, "is not empty (it contains ");
    const file = `${from}/config.json`;
    await assertRejects(() => convertFolder(from, file), ConfigError, "is a file; choose a folder");
    await Deno.mkdir(to);
    // Windows and macOS have shown the folder.
    for (const name of ["Desktop.ini", "Thumbs.db", ".DS_Store"]) {
      await Deno.writeTextFile(`${to}/${name}`, "x");
    }
    await Deno.writeTextFile(`${to}/notes`, "x");
    const notEmpty = "to is not empty (it contains notes); choose another folder";
    await assertRejects(() => convertFolder(from, to), ConfigError, notEmpty);
    await Deno.remove(`${to}/notes`);
    assertEquals((await convertFolder(from, to)).architecture, "AlbertModel");
    const names = [...Deno.readDirSync(to)].map(({ name }) => name);
    assert(names.includes("config.json") && !names.includes(".DS_Store"), names.join());
  });
});

Deno.test("convertFolder() reports what is wrong with a folder", async () => {
  const config = configOf(ALBERT);
  const good = tensorsOf([...encoderSpecs(config), ...maskedLanguageSpecs(config)]);
  const folder = (change: object, tensors = good): Files => ({
    "config.json": JSON.stringify({ ...ALBERT, ...change }),
    "model.safetensors": joined(tensors),
  });
  const without = (name: string) => new Map([...good].filter(([other]) => other !== name));
  await refused({}, "does not contain config.json");
  await refused({ ...folder({}), "config.json": "{" }, "config.json: it is not valid JSON");
  await refused(
    folder({ model_type: undefined, embedding_size: undefined }),
    'model_type is missing; add "model_type"',
  );
  await refused(
    folder({ model_type: "gpt2" }),
    'model_type must be one of albert, bert, got "gpt2"',
  );
  await refused(
    folder({ hidden_size: 16 }),
    "tensor albert.encoder.embedding_hidden_mapping_in.weight has shape [8,4], but the configuration requires [16,4]",
  );
  await refused(
    folder({}, without("albert.encoder.embedding_hidden_mapping_in.bias")),
    "lack tensor albert.encoder.embedding_hidden_mapping_in.bias",
  );
  await refused(folder({}, without("predictions.dense.bias")), "head is not whole");
  await refused(
    folder({}, without("albert.pooler.bias")),
    "lack tensor albert.pooler.bias",
  );
  await refused(
    { ...folder({}), "vocab.txt": `${VOCABULARY}d\ne\n` },
    "the tokenizer has 13 pieces, but vocab_size in config.json is 12",
  );
  const broken = folder({});
  broken["model.safetensors"] = (broken["model.safetensors"] as Uint8Array).slice(0, -5);
  await refused(broken, "model.safetensors: truncated");
  const { "model.safetensors": _, ...weightless } = folder({});
  await refused(weightless, "the folder does not contain model.safetensors");
  await refused({ ...weightless, "pytorch_model.bin": "x" }, "convert it with transformers");
  const untied = new Map(good).set("predictions.decoder.weight", {
    shape: [12, 4],
    data: new Float32Array(48),
  });
  await refused(folder({}, untied), "set tie_word_embeddings to false");
  await refused(folder({ tie_word_embeddings: false }), "head is not whole");
});

Deno.test("convertFolder() keeps an output matrix that is not tied", async () => {
  const json = { ...ALBERT, tie_word_embeddings: false };
  const config = configOf(json);
  const tensors = tensorsOf([
    ...encoderSpecs(config, { pooler: false }),
    ...maskedLanguageSpecs(config),
  ]);
  const files = {
    "config.json": JSON.stringify(json),
    "model.safetensors": joined(tensors),
    "vocab.txt": VOCABULARY,
  };
  await inFolders(files, async (from, to) => {
    assertEquals((await convertFolder(from, to)).architecture, "AlbertForMaskedLM");
    await assertSame(to, tensors);
    assertEquals((await readModelFolder(to)).config.tieWordEmbeddings, false);
  });
});

Deno.test("convertFolder() explains the TensorFlow checkpoint of google-research/albert", async () => {
  const release = {
    "albert_config.json": JSON.stringify({ ...ALBERT, model_type: undefined }),
    "model.ckpt-best.index": "x",
    "model.ckpt-best.meta": "x",
    "model.ckpt-best.data-00000-of-00001": "x",
  };
  await refused(release, "contains a TensorFlow checkpoint (model.ckpt-best.index)");
  await refused(release, 'c.hidden_act="gelu_new"; m=M(c); load(m, c, "');
  await refused(release, 'model.ckpt-best"); m.save_pretrained("NEW_FOLDER")');
  const bert = { "bert_config.json": "{}", "bert_model.ckpt.index": "x" };
  await refused(bert, "import load_tf_weights_in_bert");
});

Deno.test("config.json of a converted folder is read as the same model", async () => {
  const config = configOf(ALBERT);
  const files = {
    "config.json": JSON.stringify(configToJson(config, ["AlbertModel"])),
    "model.safetensors": joined(tensorsOf(encoderSpecs(config))),
  };
  await inFolders(files, async (from, to) => {
    await convertFolder(from, to);
    const { extra: _, ...again } = (await readModelFolder(to)).config;
    const { extra: __, ...before } = (await readModelFolder(from)).config;
    assertEquals(again, before);
  });
});

Deno.test("the folder of a killed conversion does not reach a later one, and a link to the output remains", () =>
  inFolders({}, async (_, to) => {
    const stale = `${to}.${Deno.pid}.tmp`,
      write = (folder: string) => Deno.writeTextFile(`${folder}/new`, "");
    await Deno.mkdir(stale);
    await Deno.writeTextFile(`${stale}/old`, "");
    await writeNewFolder(`${to}/`, write);
    await Deno.remove(stale, { recursive: true });
    assertEquals(await namesIn(to), ["new"]);

    // Folders of killed processes are removed, those of other outputs and of the user remain.
    const parent = `${to}/parent`;
    const kept = ["b.17-0123abcd.tmp", "a.17-0123abcd.tmp.bak", "a.mine.tmp"];
    for (const name of [...kept, "a.17-0123abcd.tmp", "a.4-89abcdef.tmp"]) {
      await Deno.mkdir(`${parent}/${name}/onnx`, { recursive: true });
    }
    await writeNewFolder(`${parent}/a`, write);
    assertEquals((await namesIn(parent)).sort(), ["a", ...kept].sort());
    {
      using _lock = await lockOutput(`${parent}/c`);
      await assertRejects(
        () => writeNewFolder(`${parent}/c`, write),
        ConfigError,
        "/c is being written by process ",
      );
    }
    assertEquals((await namesIn(parent)).sort(), ["a", ...kept].sort());

    await Deno.mkdir(`${to}/elsewhere`);
    await Deno.symlink("elsewhere", `${to}/link`);
    await writeNewFolder(`${to}/link`, write);
    assertEquals((await Deno.lstat(`${to}/link`)).isSymlink, true);
    assertEquals(await namesIn(`${to}/elsewhere`), ["new"]);
  }));
