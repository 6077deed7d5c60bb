// Text tasks of one's own: formats, several labels, scores, class weights, perplexity.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { albertHere } from "../faults/workbench.ts";
import { runAlbert } from "./albert_process.ts";
import { writeToyBenchmark } from "./toy_benchmark.ts";

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
await writeToyBenchmark(folder);

const WORDS = ["one", "two", "three", "four"];
const rows = Array.from({ length: 40 }, (_, i) => ({
  id: i,
  text: `${WORDS[i % 4]} ${i % 2 === 0 ? "good" : "five"} ${i % 3 === 0 ? "bad" : "six"}`,
  good: i % 2 === 0,
  bad: i % 3 === 0,
}));

async function write(name: string, files: Record<string, string>): Promise<void> {
  await Deno.mkdir(`${folder}/${name}`);
  for (const [file, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}/${file}`, text);
  }
}

const json = (values: readonly object[]) => values.map((value) => JSON.stringify(value)).join("\n");
const sets = rows.map(({ id, text, good, bad }) => ({
  ...{ id, text },
  labels: [...good ? ["good"] : [], ...bad ? ["bad"] : []],
}));
await write("sets", { "train.jsonl": json(sets), "test.jsonl": json(sets.slice(0, 9)) });
const table = ["text,score", ...rows.map(({ text, good }) => `${text},${good ? 7.5 : -2}`)].join(
  "\n",
);
await write("scores", {
  "train.csv": table,
  "dev.csv": table.split("\n").slice(0, 9).join("\n").replaceAll("six", "seven"),
});
const classes = ["text\tlabel", ...rows.map(({ text, bad }) => `${text}\t${bad ? "yes" : "no"}`)]
  .join("\n");
await write("classes", { "train.tsv": classes });

const SETTINGS = [
  "--max-steps",
  "30",
  "--batch-size",
  "8",
  "--learning-rate",
  "0.01",
  "--max-seq-length",
  "8",
];

async function albert(...words: string[]): Promise<{ stdout: string; stderr: string }> {
  const outcome = await runAlbert([...words, "--device", "cpu"], { cwd: folder });
  assertEquals(outcome.code, 0, `${words.join(" ")}: ${outcome.stderr}`);
  return outcome;
}

function finetune(data: string, ...words: string[]) {
  return albert(
    ...["finetune", "text", "--data", data, "--checkpoint", "model", "--output", `run-${data}`],
    ...SETTINGS,
    ...words,
  );
}

Deno.test("several labels: JSON lines train, are evaluated and predicted", async () => {
  const { stderr } = await finetune("sets");
  assertStringIncludes(stderr, "sets has no dev file: holding out 4 of 40 rows");
  const evaluated = await albert(
    ...["evaluate", "text", "--data", "sets", "--split", "test", "--checkpoint", "run-sets"],
    ...["--output", "out", "--json"],
  );
  const metrics = JSON.parse(evaluated.stdout);
  assertEquals(Object.keys(metrics), ["f1_macro", "f1_micro", "accuracy", "auc"]);
  assert(metrics.auc > 0.9, evaluated.stdout);
  const records = (await Deno.readTextFile(`${folder}/out/predictions.jsonl`)).trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  assertEquals(
    records.map(({ labels }) => labels.sort()),
    sets.slice(0, 9).map(({ labels }) => labels.toSorted()),
  );
  for (const { prediction, probabilities } of records) {
    assertEquals(prediction, ["bad", "good"].filter((name) => probabilities[name] >= 0.5));
  }
  await albert(
    ...["predict", "classify", "--checkpoint", "run-sets", "--input", "sets/test.jsonl"],
    ...["--output", "predicted.jsonl"],
  );
  const predicted = (await Deno.readTextFile(`${folder}/predicted.jsonl`)).trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  assertEquals(predicted.map(({ id }) => id), sets.slice(0, 9).map(({ id }) => id));
  predicted.forEach(({ prediction }, i) => assertEquals(prediction, records[i].prediction));
});

Deno.test("scores: CSV files train a regression, which evaluate and predict use", async () => {
  await finetune("scores", "--problem-type", "regression");
  const { stdout } = await albert(
    ...[
      "evaluate",
      "text",
      "--data",
      "scores",
      "--checkpoint",
      "run-scores",
      "--output",
      "scored",
      "--json",
    ],
  );
  const metrics = JSON.parse(stdout);
  assertEquals(Object.keys(metrics), ["pearson", "spearmanr", "mse"]);
  assert(metrics.pearson > 0.8, stdout);
  const lines =
    (await albert("predict", "classify", "--checkpoint", "run-scores", "--input", "scores/dev.csv"))
      .stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.length, 8);
  for (const { text, score, prediction } of lines) {
    assert(typeof text === "string" && typeof score === "string" && typeof prediction === "number");
  }
});

Deno.test("one class: class weights, a held-out set, probabilities, macro F1 and AUC", async () => {
  await finetune("classes", "--class-weights", "balanced", "--dev-fraction", "0.25");
  const results = JSON.parse(await Deno.readTextFile(`${folder}/run-classes/results.json`));
  assertEquals(Object.keys(results.best), ["accuracy", "f1_macro", "auc"]);
  await Deno.copyFile(`${folder}/classes/train.tsv`, `${folder}/classes/test.tsv`);
  await albert(
    ...["evaluate", "text", "--data", "classes", "--split", "test", "--checkpoint", "run-classes"],
    ...["--output", "classified"],
  );
  const [first] = (await Deno.readTextFile(`${folder}/classified/predictions.jsonl`)).split("\n");
  const { index, texts, label, prediction, probabilities } = JSON.parse(first);
  assertEquals([index, texts, label], ["0", [rows[0].text], "yes"]);
  assertEquals(prediction, probabilities.yes >= 0.5 ? "yes" : "no");
  assert(Math.abs(probabilities.yes + probabilities.no - 1) < 1e-6);
  // Long texts of a file of records are cut, too, and the log reports how many.
  const records = [{ text: "one two ".repeat(400), id: 1 }, { text: "one", id: 2 }];
  await Deno.writeTextFile(`${folder}/long.jsonl`, json(records));
  const { stderr } = await albert(
    ...["predict", "classify", "--checkpoint", "run-classes", "--input", "long.jsonl"],
  );
  // As long as in training and in evaluate, unless the flag is given.
  assertStringIncludes(stderr, "1 of 2 texts have more than 8 tokens ");
  assertStringIncludes(stderr, "are cut; --max-seq-length can be up to ");
  const long = "one two ".repeat(400).trim();
  const { stderr: longer, stdout } = await runAlbert(
    [
      ...["predict", "classify", "--checkpoint", "run-classes", "--max-seq-length", "12"],
      ...["--device", "cpu", "--json"],
    ],
    { cwd: folder, stdin: `${long}\r\n\r\none\ttwo\r\n` },
  );
  assertStringIncludes(longer, "1 of 2 texts have more than 12 tokens ");
  // A line of output for each line of input, so that the two can be pasted together.
  const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.map(({ texts }) => texts), [[long], [""], ["one", "two"]]);
  assertEquals(lines.map(({ classes }) => classes.length > 0), [true, false, true]);
});

Deno.test("predict prints a line of JSON for each line of standard input, also for blank ones", async () => {
  const predict = async (task: string, stdin: string, ...words: string[]) => {
    const { code, stdout, stderr } = await runAlbert(
      ["predict", task, "--device", "cpu", "--quiet", ...words],
      { stdin },
    );
    assertEquals(code, 0, stderr);
    return stdout.trimEnd().split("\n");
  };
  const masks = await predict("fill-mask", "the [MASK]\n\n \na [MASK] [MASK]\n", "--json");
  const counts = masks.map((line) => JSON.parse(line).masks.length);
  assertEquals(counts, [1, 0, 0, 2]);
  const scores = await predict("perplexity", "\nthe sea\n", "--json");
  const [blank, scored] = scores.map((line) => JSON.parse(line));
  assertEquals([scores.length, blank.tokens, blank.loss, scored.text], [2, 0, null, "the sea"]);
  // The output for readers has no lines for blank ones.
  const shown = await predict("perplexity", "\nthe sea\n");
  assertEquals(shown.length, 1);
});

Deno.test("predict perplexity scores texts, and text tasks reject bad input in one sentence", async () => {
  const here = (...words: string[]) => albertHere(...words, "--device", "cpu");
  const outcome = await here("predict", "perplexity", "--checkpoint", `${folder}/model`, "one two");
  assertEquals(outcome.code, 1);
  assertStringIncludes(outcome.stderr, "The checkpoint has no masked-LM head");
  const text = (data: string, ...words: string[]) =>
    here(
      ...["finetune", "text", "--data", `${folder}/${data}`, "--checkpoint", `${folder}/model`],
      ...["--output", `${folder}/none`, ...words],
    );
  await write("single", { "train.jsonl": '{"text": "one", "labels": ["a", "b"]}\n' });
  await write("blank", { "train.csv": "" });
  await write("again", { "test.jsonl": '{"text": "one", "prediction": "yes"}\n' });
  await write("both", { "train.tsv": classes, "train.csv": table });
  const cases: [() => Promise<{ code: number; stderr: string }>, number, string][] = [
    [
      () => text("glue"),
      1,
      "does not contain train.tsv or training.tsv (also with .csv, .jsonl, .json",
    ],
    [() => text("missing"), 1, "missing does not exist; expected a folder with train.tsv"],
    [
      () => text("classes/train.tsv"),
      1,
      "is a file; expected a folder with train.tsv",
    ],
    [
      () => text("single"),
      1,
      "Cannot hold out a part of 1 row: at least 2 are needed, or a dev file",
    ],
    [() => text("blank"), 1, '"sentence2", got an empty line'],
    [() => text("both"), 1, "has several files for the split train"],
    [
      () => text("classes", "--class-weights", "heavy"),
      2,
      "--class-weights must be none, balanced or positive numbers",
    ],
    [
      () => text("classes", "--class-weights", "1,2,3"),
      2,
      "--class-weights must be 2 positive numbers, one for each of no, yes (got 1,2,3)",
    ],
    [
      () => text("sets", "--class-weights", "balanced"),
      2,
      "--class-weights must be none for a task without one class per row",
    ],
    [
      () => text("classes", "--problem-type", "regression"),
      1,
      'line 2: label "yes" is not valid for text, expected a number',
    ],
    [
      () =>
        here("predict", "classify", "a", "--input", "b.jsonl", "--checkpoint", `${folder}/model`),
      2,
      "A text and --input exclude each other",
    ],
    [
      () =>
        here(
          ...["predict", "classify", "--input", `${folder}/again/test.jsonl`],
          ...["--checkpoint", `${folder}/run-classes`],
        ),
      1,
      'test.jsonl: the record of line 1 already has the field "prediction", which the output adds',
    ],
    [
      () =>
        here(
          ...["evaluate", "text", "--data", `${folder}/classes`, "--split", "test"],
          ...["--checkpoint", `${folder}/run-classes`, `${folder}/run-sets`],
          ...["--output", `${folder}/none`],
        ),
      1,
      "run-sets: their problem_type is single_label_classification and multi_label_classification; ",
    ],
  ];
  for (const [run, code, message] of cases) {
    const { code: actual, stderr } = await run();
    assertEquals(actual, code, stderr);
    assertStringIncludes(stderr, message);
  }
});
