import { assert, assertEquals, assertThrows } from "@std/assert";
import { tokensExamples, tokensHead, wordTags, writeTagged } from "../../../src/benchmarks/mod.ts";
import { ConfigError, parseConfig } from "../../../src/model/mod.ts";
import { readTokenizer } from "../../../src/text/mod.ts";
import { loadFinetuned, predictAll, taskModel } from "../../../src/train/mod.ts";
import { readWeights } from "../../../src/weights/mod.ts";
import { reader, TOY_TAGGER, toyFiles } from "../../inference/toy_model.ts";
import { testDevices } from "../../support/devices.ts";

const expected: { words: string[]; tagLogits: number[][] } = JSON.parse(
  await Deno.readTextFile(new URL("../../fixtures/inference/expected.json", import.meta.url)),
);
const labels = Object.values(TOY_TAGGER.id2label);
const read = reader(toyFiles(TOY_TAGGER));
const tokenizer = (await readTokenizer(read))!;
const sentence = { line: 1, words: expected.words };

testDevices("the logits of words are those of AlbertForTokenClassification", async (device) => {
  const config = parseConfig(new TextDecoder().decode((await read("config.json"))!));
  const head = tokensHead(labels);
  assertEquals(head.architecture(config), "AlbertForTokenClassification");
  const model = taskModel(device, config, head, { trainable: false });
  const weights = await readWeights(read);
  const classifier = taskModel(
    device,
    { ...config, extra: { ...config.extra, architectures: ["AlbertForSequenceClassification"] } },
    ...[head, { trainable: false }] as const,
  );
  assertThrows(
    () => loadFinetuned(classifier, head, weights),
    ConfigError,
    "is of class AlbertForSequenceClassification, but tokens needs class AlbertForTokenClassification",
  );
  classifier.parameters.free();
  loadFinetuned(model, head, weights);
  const examples = tokensExamples([sentence, sentence], labels, tokenizer, 24);
  const outputs = await predictAll(device, model, head, examples, 2, 24);
  for (const logits of outputs) {
    assertEquals(logits.length, expected.words.length);
    logits.forEach((row, word) =>
      row.forEach((value, k) => assert(Math.abs(value - expected.tagLogits[word][k]) < 1e-5))
    );
  }
  const best = expected.tagLogits.map((row) => labels[row.indexOf(Math.max(...row))]);
  for (const words of wordTags(labels, examples, outputs)) {
    assertEquals(words.map(({ tag }) => tag), best);
  }
  model.parameters.free();
});

Deno.test("writeTagged() keeps the columns of words that contain tabs or line breaks", () => {
  const words = [{ line: 1, words: ["a\tb", "c\r\nd"] }];
  assertEquals(writeTagged(words, [["O", "B-A"]]), "a b\tO\nc d\tB-A\n");
});

Deno.test("tokensExamples() divides long sentences at words, and gives every word a position", () => {
  const tagged = { ...sentence, tags: ["O", "B-A", "I-A", "O", "O", "O", "B-A"] };
  const examples = tokensExamples([tagged], labels, tokenizer, 6);
  // "dogs" has two pieces.
  assertEquals(examples.map(({ first, positions }) => [first, positions]), [
    [0, [1, 3, 4]],
    [3, [1, 2, 3, 4]],
  ]);
  assertEquals(examples.flatMap((example) => example.labels), [2, 0, 1, 2, 2, 2, 0]);
  for (const { sequences: [{ ids }] } of examples) assert(ids.length <= 6);
  // A control character has no pieces, and a long word is cut.
  const odd = tokensExamples([{ line: 1, words: ["\u0007", "dogs"] }], labels, tokenizer, 3);
  assertEquals(odd.map(({ sequences: [{ ids }] }) => ids.length), [3, 3]);
  assertThrows(
    () => tokensExamples([{ line: 7, words: ["a"], tags: ["B-X"] }], labels, tokenizer, 6),
    RangeError,
    "The sentence of line 7 has the tag B-X, which is not one of B-A, I-A, O",
  );
});
