// Invalid benchmark files: the error is one sentence with the place, and nothing is written.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { classifierSpecs, encoderSpecs, initialValues } from "../../src/model/mod.ts";
import { writeModelFolder } from "../../src/train/disk.ts";
import { tokenizer, toyConfig } from "../train/toy_task.ts";
import { runAlbert } from "./albert_process.ts";

const PASSAGE = {
  article: "one two three",
  questions: ["four _ ?"],
  options: [["one", "two", "three", "four"]],
  answers: ["B"],
  id: "middle1.txt",
};
const CONTEXT = "one two good three";

/** A SQuAD file; each question's answer is said to start at a place. */
function squad(starts: Readonly<Record<string, number>>): string {
  const qas = Object.entries(starts).map(([id, start]) => ({
    id,
    question: "four",
    answers: [{ text: "good", answer_start: start }],
  }));
  return JSON.stringify({
    version: "v2.0",
    data: [{ title: "t", paragraphs: [{ context: CONTEXT, qas }] }],
  });
}

const SQUAD_DEV = squad({ q1: 8 });

/** A small checkpoint for two classes. */
async function writeCheckpoint(folder: string, fill?: number, vocabSize = toyConfig.vocabSize) {
  await Deno.mkdir(folder);
  const specs = [...encoderSpecs(toyConfig), ...classifierSpecs(toyConfig, 2)];
  await writeModelFolder(folder, {
    config: { ...toyConfig, extra: { id2label: { 0: "0", 1: "1" } } },
    architecture: "AlbertForSequenceClassification",
    tensors: new Map(specs.map((spec) => {
      const data = initialValues(spec, 1, 0.1);
      return [spec.name, { shape: spec.shape, data: fill === undefined ? data : data.fill(fill) }];
    })),
    files: new Map(Object.entries(tokenizer.toFiles())),
    card: "",
  });
  const config = JSON.parse(await Deno.readTextFile(`${folder}/config.json`));
  await Deno.writeTextFile(
    `${folder}/config.json`,
    JSON.stringify({ ...config, vocab_size: vocabSize }),
  );
}

const FILES: Readonly<Record<string, string>> = {
  "SST-2/train.tsv": "sentence\tlabel\none good\t1\ntwo bad\t0\n",
  "SST-2/dev.tsv": "sentence\tlabel\nthree good\t1\nfour bad\t0\n",
  "columns/train.tsv": "sentence\tlabel\nno label here\none\ttwo\tthree\n",
  "label/train.tsv": "sentence\tlabel\none\t1\ntwo\t2\n",
  "tests/train.tsv": "index\tsentence\n0\tone\n",
  "own/train.tsv": "text\tclass\none\ta\n",
  "single/train.tsv": "text\tlabel\none\ta\ntwo\ta\n",
  "race/train/middle/1.txt": JSON.stringify(PASSAGE),
  "race/dev/middle/1.txt": JSON.stringify(PASSAGE),
  "torn/train/middle/1.txt": JSON.stringify(PASSAGE).slice(0, 50),
  "letter/train/middle/1.txt": JSON.stringify({ ...PASSAGE, answers: ["E"] }),
  "bytes/train/middle/1.txt": "\xff",
  "squad/train-v2.0.json": squad({ q2: 8, q3: 2 }),
  "squad/dev-v2.0.json": SQUAD_DEV,
  "list/train-v2.0.json": "[1, 2]",
  "list/dev-v2.0.json": SQUAD_DEV,
  "torn2/train-v2.0.json": SQUAD_DEV.slice(0, 60),
  "torn2/dev-v2.0.json": SQUAD_DEV,
  "sst.tsv": "index\tprediction\n0\t1\n7\t0\n",
  "race.tsv": "middle1.txt-0\tA\nmiddle1.txt-9\tB\n",
  "squad.json": '{"q1": "good", "q7": "one"}',
  "empty/.keep": "",
};

const folder = await Deno.makeTempDir();
for (const [name, text] of Object.entries(FILES)) {
  await Deno.mkdir(`${folder}/${name.replace(/[^/]*$/, "")}`, { recursive: true });
  const bytes = text === "\xff" ? Uint8Array.of(0xff) : new TextEncoder().encode(text);
  await Deno.writeFile(`${folder}/${name}`, bytes);
}
await writeCheckpoint(`${folder}/model`);
await writeCheckpoint(`${folder}/nan`, NaN);
await writeCheckpoint(`${folder}/narrow`, undefined, toyConfig.vocabSize - 3);
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const learn = (benchmark: string, data: string, ...more: string[]) => [
  ...["finetune", benchmark, "--data", `${folder}/${data}`, "--device", "cpu"],
  ...["--checkpoint", `${folder}/model`, "--output", `${folder}/out`, "--max-seq-length", "16"],
  ...["--max-steps", "1", "--batch-size", "1", ...more],
];
const sst = (data: string) => learn("glue", data, "--task", "sst-2");
const evaluate = (model: string) => [
  ...["evaluate", "glue", "--task", "sst-2", "--data", folder, "--device", "cpu"],
  ...["--checkpoint", `${folder}/${model}`, "--output", `${folder}/out`],
];
const classify = (model: string) => [
  ...["predict", "classify", "one", "--checkpoint", `${folder}/${model}`, "--device", "cpu"],
];

const CASES: [name: string, words: string[], sentence: string][] = [
  [
    "wrong column counts",
    sst("columns"),
    "train.tsv, line 2: expected 2 tab-separated columns for SST-2",
  ],
  ["an unknown label", sst("label"), 'train.tsv, line 3: label "2" is not valid for SST-2'],
  ["a test file for training", sst("tests"), "this is a test file of SST-2 without labels"],
  ["an empty GLUE folder", sst("empty"), "does not contain SST-2/train.tsv or train.tsv"],
  ["own text without a label column", learn("text", "own"), "line 1: the header must contain"],
  ["own text of one class", learn("text", "single"), "2 to 1000 distinct labels, got 1"],
  ["an empty folder of own text", learn("text", "empty"), "does not contain train.tsv"],
  ["a torn RACE file", learn("race", "torn"), "train/middle/1.txt: not valid JSON"],
  ["a RACE answer E", learn("race", "letter"), 'answer 1 must be A, B, C or D, got "E"'],
  ["a RACE file of bytes", learn("race", "bytes"), "middle/1.txt is not valid UTF-8"],
  ["an empty RACE folder", learn("race", "empty"), "does not contain train/middle/*.txt"],
  ["a missing GLUE folder", sst("gone"), "gone does not exist; expected a folder with SST-2/train"],
  ["a missing RACE folder", learn("race", "gone"), "gone does not exist; expected a folder with"],
  ["a missing SQuAD folder", learn("squad", "gone"), "gone does not exist; expected a folder with"],
  ["JSON that is not SQuAD", learn("squad", "list"), "train-v2.0.json"],
  ["torn SQuAD JSON", learn("squad", "torn2"), "train-v2.0.json"],
  ["an empty SQuAD folder", learn("squad", "empty"), "empty"],
  ["a misplaced answer, strictly", learn("squad", "squad", "--strict"), "question q3"],
  [
    "GLUE predictions of unknown rows",
    ["score", "glue", `${folder}/SST-2/dev.tsv`, `${folder}/sst.tsv`, "--task", "sst-2"],
    'sst.tsv, line 3: unknown row "7"',
  ],
  [
    "RACE predictions of unknown questions",
    ["score", "race", `${folder}/race`, `${folder}/race.tsv`],
    'race.tsv, line 2: unknown question "middle1.txt-9"',
  ],
  [
    "SQuAD predictions of unknown questions, strictly",
    ["score", "squad", `${folder}/squad/dev-v2.0.json`, `${folder}/squad.json`, "--strict"],
    "has 1 ids that",
  ],
  [
    "a vocabulary that does not fit, finetuning",
    sst("").map((word) => word === `${folder}/model` ? `${folder}/narrow` : word),
    "pieces, but vocab_size in config.json is",
  ],
  [
    "a vocabulary that does not fit, evaluating",
    evaluate("narrow"),
    "but vocab_size in config.json is",
  ],
  [
    "a vocabulary that does not fit, predicting",
    classify("narrow"),
    "but vocab_size in config.json is",
  ],
  ["NaN logits, evaluating", evaluate("nan"), "SST-2, row 0: logits are not finite: NaN, NaN"],
  ["NaN logits, predicting", classify("nan"), "are not finite: NaN, NaN"],
];

for (const [name, words, sentence] of CASES) {
  Deno.test(`invalid input gives one sentence: ${name}`, async () => {
    const { code, stdout, stderr } = await runAlbert(words);
    assertEquals([code, stdout], [1, ""], stderr);
    assertStringIncludes(stderr, sentence);
    assert(!stderr.includes("    at "), stderr);
    assertEquals(await Deno.stat(`${folder}/out`).then(() => true, () => false), false);
  });
}

Deno.test("misplaced answers are counted, and the first one is named", async () => {
  const { code, stderr } = await runAlbert(learn("squad", "squad"));
  await Deno.remove(`${folder}/out`, { recursive: true });
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "question q3");
  assertStringIncludes(stderr, "(1 in total)");
});
