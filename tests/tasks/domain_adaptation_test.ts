import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  encoderSpecs,
  initialValues,
  maskedLanguageSpecs,
  type ModelConfig,
  parseConfig,
} from "../../src/model/mod.ts";
import { loadTokenizer } from "../../src/text/disk/mod.ts";
import { parseSafetensors, toFloat32 } from "../../src/weights/mod.ts";
import { encodeSafetensors } from "../../src/weights/mod.ts";
import { smallText, smallTokenizer } from "../data/small_tokenizer.ts";
import { fakeHub } from "../weights/hub/fake_hub.ts";
import { runAlbert } from "./albert_process.ts";

const tokenizer = smallTokenizer();
/** config.json as `AlbertForMaskedLM.save_pretrained` writes it, with a table that was padded to a multiple of 16. */
const CONFIG = {
  architectures: ["AlbertForMaskedLM"],
  attention_probs_dropout_prob: 0,
  bos_token_id: 2,
  classifier_dropout_prob: 0.1,
  dtype: "float32",
  embedding_size: 16,
  eos_token_id: 3,
  hidden_act: "gelu_new",
  hidden_dropout_prob: 0,
  hidden_size: 32,
  id2label: { 0: "negative", 1: "positive" },
  initializer_range: 0.02,
  inner_group_num: 1,
  intermediate_size: 64,
  layer_norm_eps: 1e-12,
  max_position_embeddings: 40,
  model_type: "albert",
  num_attention_heads: 2,
  num_hidden_groups: 1,
  num_hidden_layers: 2,
  pad_token_id: 0,
  tie_word_embeddings: true,
  transformers_version: "5.24.0",
  type_vocab_size: 2,
  vocab_size: Math.ceil((tokenizer.vocabularySize + 1) / 16) * 16,
};

const textBytes = (text: string) => new TextEncoder().encode(text);

/** The files of a folder that transformers wrote: masked-LM head with repeated tied tensors, no pooler, tokenizer. */
function transformersFiles(config: ModelConfig): Record<string, Uint8Array> {
  const specs = [...encoderSpecs(config, { pooler: false }), ...maskedLanguageSpecs(config)];
  const tensors = new Map(
    specs.map((spec) => [spec.name, { shape: spec.shape, data: initialValues(spec, 5, 0.05) }]),
  );
  tensors.set(
    "predictions.decoder.weight",
    tensors.get("albert.embeddings.word_embeddings.weight")!,
  );
  tensors.set("predictions.decoder.bias", tensors.get("predictions.bias")!);
  const files: Record<string, Uint8Array> = {
    "config.json": textBytes(JSON.stringify(CONFIG)),
    "model.safetensors": Uint8Array.from(
      encodeSafetensors(tensors, { format: "pt" }).flatMap((piece) => [...piece]),
    ),
  };
  for (const [name, content] of Object.entries(tokenizer.toFiles())) {
    files[name] = typeof content === "string" ? textBytes(content) : content;
  }
  return files;
}

Deno.test("pretrain --init-from continues from a folder of transformers, from the hub and across vocabularies", async (t) => {
  const folder = await Deno.makeTempDir();
  const files = transformersFiles(parseConfig(JSON.stringify(CONFIG)));
  const hub = fakeHub("ada/tiny", files);
  const env = { HF_HOME: `${folder}/hf`, HF_ENDPOINT: hub.endpoint, HF_TOKEN: "" };
  const albert = (...words: string[]) => runAlbert(words, { cwd: folder, env });
  const pretrain = (output: string, ...words: string[]) =>
    albert(
      ...["pretrain", "--output", output, "--steps", "1", "--batch-size", "2", "--device", "cpu"],
      ...words,
    );
  const configOf = async (run: string) =>
    JSON.parse(await Deno.readTextFile(`${folder}/${run}/checkpoints/step-1/config.json`));
  try {
    await Deno.mkdir(`${folder}/model`);
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(`${folder}/model/${name}`, bytes);
    }
    await Deno.writeTextFile(`${folder}/domain.txt`, smallText(2, 40));

    await t.step("with the configuration and the vocabulary of the folder", async () => {
      const { code, stderr } = await pretrain(
        ...["run", "--init-from", "model", "--data", "domain.txt", "--learning-rate", "1e-9"],
      );
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, "Warm start: 28 tensors copied, 0 grown, 4 newly initialized");
      assertStringIncludes(
        stderr,
        "(albert.pooler.weight, albert.pooler.bias, sop_classifier.classifier.weight, sop_classifier.classifier.bias)",
      );
      const config = await configOf("run");
      assertEquals(
        [config.hidden_size, config.max_position_embeddings, config.vocab_size],
        [32, 40, CONFIG.vocab_size],
      );
      // The pretrained model has no classes.
      assertEquals([config.id2label, config.architectures], [undefined, ["AlbertForPreTraining"]]);
      const settings = JSON.parse(await Deno.readTextFile(`${folder}/run/run.json`)).settings;
      assertEquals(settings.examples.maxSeqLength, 40);
      // A tiny learning rate leaves the weights near the model's.
      const weights = async (path: string, name: string) =>
        toFloat32(
          name,
          parseSafetensors(await Deno.readFile(`${folder}/${path}`)).tensors.get(name)!,
        );
      const name = "albert.embeddings.word_embeddings.weight";
      const after = await weights("run/checkpoints/step-1/model.safetensors", name);
      const before = await weights("model/model.safetensors", name);
      assert(after.every((value, i) => Math.abs(value - before[i]) < 1e-5));
      const saved = await loadTokenizer(`${folder}/run/checkpoints/step-1`);
      const sentence = "the cat sat on a zebra.";
      assertEquals(saved.encodeIds(sentence), tokenizer.encodeIds(sentence));
    });

    await t.step("with its first positions in place of the later ones", async () => {
      const words = ["--data", "domain.txt", "--learning-rate", "1e-9", "--repeat-positions", "16"];
      const { code, stderr } = await pretrain("repeated", "--init-from", "model", ...words);
      assertEquals(code, 0, stderr);
      assertStringIncludes(
        stderr,
        "The first 16 position embeddings are repeated for 40 positions",
      );
      const name = "albert.embeddings.position_embeddings.weight";
      const read = async (path: string) =>
        toFloat32(
          name,
          parseSafetensors(await Deno.readFile(`${folder}/${path}`)).tensors.get(name)!,
        );
      const before = await read("model/model.safetensors");
      const after = await read("repeated/checkpoints/step-1/model.safetensors");
      after.forEach((value, i) => assert(Math.abs(value - before[i % (16 * 16)]) < 1e-5));
      const without = await pretrain("none", ...words);
      assertEquals(without.code, 2);
      assertStringIncludes(without.stderr, "--repeat-positions requires --init-from");
      const many = await pretrain("none", "--init-from", "model", ...words.slice(0, -1), "41");
      assertEquals(many.code, 2);
      assertStringIncludes(many.stderr, "an integer from 1 to 40");
    });

    await t.step("and the result can be used for inference", async () => {
      const { code, stdout, stderr } = await albert(
        ...["predict", "fill-mask", "--checkpoint", "run", "--device", "cpu", "--json"],
        "the [MASK] sat.",
      );
      assertEquals(code, 0, stderr);
      assertEquals(JSON.parse(stdout).masks[0].length, 5);
    });

    await t.step("from the hub, and --vocab from the hub without weights", async () => {
      const prepared = await albert(
        ...["prepare", "--input", "domain.txt", "--vocab", "hf:ada/tiny", "--output", "data"],
      );
      assertEquals(prepared.code, 0, prepared.stderr);
      assert(!hub.requests.some(({ path }) => path.includes("safetensors")));
      const { code, stderr } = await pretrain(
        ...["from-hub", "--init-from", "hf:ada/tiny", "--data", "data"],
      );
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, "28 tensors copied");
      assertEquals((await configOf("from-hub")).num_hidden_layers, 2);
    });

    await t.step("with the token that hf auth login stored", async () => {
      await Deno.writeTextFile(`${folder}/hf/token`, "hf_abc");
      hub.requests.length = 0;
      const { code, stderr } = await runAlbert(
        ["prepare", "--input", "domain.txt", "--vocab", "hf:ada/tiny", "--output", "data-2"],
        { cwd: folder, env: { HF_HOME: `${folder}/hf`, HF_ENDPOINT: hub.endpoint, HF_TOKEN: "" } },
      );
      assertEquals(code, 0, stderr);
      assertEquals(hub.requests[0].authorization, "Bearer hf_abc");
    });

    await t.step("rejects data of another vocabulary", async () => {
      const pieces = Array.from(
        { length: tokenizer.vocabularySize },
        (_, id) => tokenizer.idToPiece(id),
      );
      // The same pieces with two of them exchanged.
      [pieces[20], pieces[21]] = [pieces[21], pieces[20]];
      const json = JSON.parse(new TextDecoder().decode(files["tokenizer.json"]));
      [json.model.vocab[20], json.model.vocab[21]] = [json.model.vocab[21], json.model.vocab[20]];
      await Deno.writeTextFile(`${folder}/exchanged.json`, JSON.stringify(json));
      const prepared = await albert(
        ...["prepare", "--input", "domain.txt", "--vocab", "exchanged.json"],
        ...["--output", "other"],
      );
      assertEquals(prepared.code, 0, prepared.stderr);
      const { code, stderr } = await pretrain("none", "--init-from", "model", "--data", "other");
      assertEquals(code, 2, stderr);
      assertStringIncludes(
        stderr,
        `id 20 is ${JSON.stringify(pieces[20])} in the data and ${
          JSON.stringify(pieces[21])
        } in the model; prepare the data with --vocab model`,
      );
    });

    for (
      const words of [
        ["prepare", "--input", "domain.txt", "--output", "none", "--vocab", "ada/tiny"],
        ["pretrain", "--data", "domain.txt", "--output", "none", "--steps", "1"].concat(
          "--init-from",
          "ada/tiny",
        ),
        ["predict", "fill-mask", "a [MASK]", "--checkpoint", "ada/tiny"],
        ["convert", "--to", "none", "--from", "ada/tiny"],
      ]
    ) {
      await t.step(`${words[0]} suggests hf: for a name without it`, async () => {
        const { code, stderr } = await albert(...words);
        assertEquals(code, 1, stderr);
        assertStringIncludes(
          stderr,
          "if you mean the model of the Hugging Face hub, use hf:ada/tiny",
        );
      });
    }
  } finally {
    await hub.stop();
    await Deno.remove(folder, { recursive: true });
  }
});
