import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ONNX_CASES, writeCase } from "../../bench/interop/onnx_cases.ts";
import { readOnnx } from "../onnx/read_onnx.ts";
import { runAlbert } from "./albert_process.ts";

const caseOf = (name: string) => ONNX_CASES.find((one) => one.name === name)!;

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("albert export onnx writes the folder that transformers.js loads", () =>
  inFolder(async (folder) => {
    const { from } = await writeCase(folder, caseOf("BERT text classification"));
    const to = `${folder}/onnx`;
    const words = ["export", "onnx", "--checkpoint", from, "--output", to];
    const { code, stdout, stderr } = await runAlbert([...words, "--precision", "f32", "int8"]);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "BertForSequenceClassification for text-classification");
    const names = await Array.fromAsync(Deno.readDir(`${to}/onnx`), ({ name }) => name);
    assertEquals(names.sort(), ["model.onnx", "model_quantized.onnx"]);
    for (const name of names) {
      const { inputs, outputs } = readOnnx(await Deno.readFile(`${to}/onnx/${name}`));
      assertEquals(inputs, ["input_ids", "attention_mask", "token_type_ids"]);
      assertEquals(outputs, [{ name: "logits", type: 1, shape: ["batch_size", 3] }]);
    }
    const json = async (name: string) => JSON.parse(await Deno.readTextFile(`${to}/${name}`));
    const config = await json("config.json");
    assertEquals(config.architectures, ["BertForSequenceClassification"]);
    assertEquals(config.id2label, { 0: "label 0", 1: "label 1", 2: "label 2" });
    const tokenizer = await json("tokenizer_config.json");
    assertEquals([tokenizer.tokenizer_class, tokenizer.model_max_length], ["BertTokenizer", 40]);
    assertEquals((await json("tokenizer.json")).model.type, "WordPiece");
    const card = await Deno.readTextFile(`${to}/README.md`);
    assertStringIncludes(card, 'pipeline("text-classification"');
    assertStringIncludes(card, `Exported from \`${from}\``);

    const again = await runAlbert(words);
    assertEquals([again.code, again.stdout], [1, ""]);
    assertStringIncludes(again.stderr, `albert: ${to} is not empty`);
    const left = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assert(!left.some((name) => name.endsWith(".tmp")), `${left}`);
  }));

Deno.test("albert export onnx exports an encoder alone, and rejects a head that the model lacks", () =>
  inFolder(async (folder) => {
    const { from } = await writeCase(folder, caseOf("ALBERT question answering"));
    const run = (...more: string[]) =>
      runAlbert(["export", "onnx", "--checkpoint", from, "--output", `${folder}/onnx`, ...more]);
    const lacking = await run("--task", "fill-mask");
    assertEquals([lacking.code, lacking.stdout], [1, ""]);
    assertStringIncludes(lacking.stderr, "the weights lack tensor predictions.dense.weight");
    assertEquals(lacking.stderr.trim().split("\n").length, 1);
    const wrong = await run("--precision", "f32", "q4");
    assertEquals([wrong.code, wrong.stdout], [2, ""]);
    assertStringIncludes(
      wrong.stderr,
      "--precision must be one or more of f32, f16, int8 (got q4)",
    );
    const unknown = await run("--task", "translation");
    assertEquals(unknown.code, 2);
    assertStringIncludes(unknown.stderr, "--task must be one of feature-extraction, fill-mask");
    const encoder = await run("--task", "feature-extraction", "--precision", "f16", "--json");
    assertEquals(encoder.code, 0, encoder.stderr);
    const { architecture, files } = JSON.parse(encoder.stdout);
    assertEquals(architecture, "AlbertModel");
    const [[name, bytes]] = Object.entries(files);
    const file = await Deno.readFile(`${folder}/onnx/${name}`);
    assertEquals([name, bytes], ["onnx/model_fp16.onnx", file.length]);
    // Question answering has no pooler.
    assertEquals(readOnnx(file).outputs.map(({ name }) => name), ["last_hidden_state"]);
  }));
