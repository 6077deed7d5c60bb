import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  GlueFileError,
  glueTask,
  type GlueTaskDefinition,
  labelNames,
  readGlueFile,
  textFileDefinition,
  textMetrics,
  textPredictions,
  textTaskDefinition,
  withClassWeights,
  writeTextPredictions,
} from "../../../src/benchmarks/glue/mod.ts";
import { openDevice } from "../../../src/device/mod.ts";
import { Encoder, encoderSpecs, Parameters } from "../../../src/model/mod.ts";
import { collateSequences } from "../../../src/train/mod.ts";
import { MetricRing } from "../../../src/train/mod.ts";
import { initialize } from "../../../src/model/mod.ts";
import { tokenizer, toyConfig } from "../../train/toy_task.ts";
import { textCases } from "./text_cases.ts";

interface Expected {
  single: Record<string, number | null>;
  several: Record<string, number | null>;
  weights: Record<string, number>;
}

function definitionOf(classes: number, type?: "multi_label_classification"): GlueTaskDefinition {
  const labels = Array.from({ length: classes }, (_, id) => `class ${id}`);
  return textFileDefinition(labels, "text\tlabel\na\tclass 0\n", "f.tsv", type);
}

Deno.test("accuracy, macro and micro F1, AUC and balanced weights equal scikit-learn's on 100 random cases", async () => {
  const file = new URL("../../fixtures/text/expected.json", import.meta.url);
  const expected: Expected[] = JSON.parse(await Deno.readTextFile(file));
  const close = (
    actual: Record<string, number>,
    wanted: Record<string, number | null>,
    i: number,
  ) => {
    const known = Object.entries(wanted).filter(([, value]) => value !== null);
    assertEquals(Object.keys(actual).sort(), known.map(([name]) => name).sort());
    for (const [name, value] of known) {
      assert(
        Math.abs(actual[name] - value!) < 1e-9,
        `case ${i}: ${name} ${actual[name]}, not ${value}`,
      );
    }
  };
  for (const [i, { classes, labels, sets, logits }] of textCases().entries()) {
    const own = logits.map((row) => Float32Array.from(row));
    const rows = labels.map((label, k) => ({ index: `${k}`, texts: [""], label, labels: sets[k] }));
    close(textMetrics(definitionOf(classes), rows, own), expected[i].single, i);
    const several = definitionOf(classes, "multi_label_classification");
    close(textMetrics(several, rows, own), expected[i].several, i);
    const { weights } = withClassWeights(definitionOf(classes), rows, "balanced");
    const present = weights!.flatMap((weight, id) =>
      weight === 0 ? [] : [[`${id}`, weight] as const]
    );
    close(Object.fromEntries(present), expected[i].weights, i);
  }
});

Deno.test("a regression has correlations and the squared error", () => {
  const task = textFileDefinition([], "text\tscore\na\t0\n", "f.tsv", "regression");
  const rows = [1, -2, 4].map((label, i) => ({ index: `${i}`, texts: [""], label }));
  const logits = [1.5, -2, 3].map((value) => Float32Array.of(value));
  const { pearson, spearmanr, mse } = textMetrics(task, rows, logits);
  assert(Math.abs(pearson - 0.9743547036924465) < 1e-9, `${pearson}`);
  assert(Math.abs(spearmanr - 1) < 1e-12, `${spearmanr}`);
  assertEquals(mse, 1.25 / 3);
  assertEquals(
    writeTextPredictions(task, rows, logits),
    "index\tprediction\n0\t1.5\n1\t-2\n2\t3\n",
  );
});

Deno.test("a prediction file keeps its columns with labels that contain tabs, line breaks or commas", () => {
  const task = textFileDefinition(["a\tb\nc", 'd "e"'], "text\na\n", "f.tsv");
  const rows = ["0", "x\ty"].map((index) => ({ index, texts: [""] }));
  const logits = [Float32Array.of(2, 1), Float32Array.of(1, 2)];
  assertEquals(
    writeTextPredictions(task, rows, logits),
    'index\tprediction\n0\t"a\tb\nc"\n"x\ty"\t"d ""e"""\n',
  );
  const several = { ...task, labels: ["a", "b,c"], multiLabel: true as const };
  const [, line] = writeTextPredictions(several, rows, logits).split("\n");
  assertEquals(line, '0\t"[""a"",""b,c""]"');
});

Deno.test("textPredictions() returns a class, a set of classes or a score, and rejects NaN", () => {
  const rows = [{ index: "7" }];
  const logits = [Float32Array.of(1, -1, 0)];
  const labels = ["a", "b", "c"];
  assertEquals(textPredictions({ labels }, rows, logits)[0].prediction, "a");
  const several = textPredictions({ labels, multiLabel: true }, rows, logits)[0];
  assertEquals(several.prediction, ["a", "c"]);
  assertEquals(several.probabilities!.c, 0.5);
  assertEquals(textPredictions({ labels: [] }, rows, [Float32Array.of(2.5)])[0], {
    prediction: 2.5,
  });
  assertThrows(
    () => textPredictions({ labels }, rows, [Float32Array.of(NaN, 0, 0)]),
    GlueFileError,
    "Row 7: logits are not finite: NaN",
  );
});

Deno.test("files with tabs, commas and JSON lines give the same rows", () => {
  const files = {
    "f.tsv": 'text\tlabel\n"one, ""two"""\tb\nthree\ta\n',
    "f.csv": 'label,text\nb,"one, ""two"""\na,three\n',
    "f.jsonl": '{"text": "one, \\"two\\"", "label": "b"}\n\n{"label": "a", "text": "three"}\n',
    "f.json": '[{"text": "one, \\"two\\"", "label": "b"}, {"label": "a", "text": "three"}]',
  };
  for (const [name, text] of Object.entries(files)) {
    const task = textTaskDefinition(text, name);
    assertEquals(task.labels, ["a", "b"]);
    const { rows } = readGlueFile(task, "train", text, name);
    assertEquals(
      rows.map(({ texts, label }) => [...texts, label]),
      [['one, "two"', 1], ["three", 0]],
      name,
    );
  }
  const pair =
    '{"premise": "p", "hypothesis": "h", "label": 3}\n{"premise": "q", "hypothesis": "i", "label": 4}';
  const { rows } = readGlueFile(textTaskDefinition(pair, "f.jsonl"), "train", pair, "f.jsonl");
  assertEquals(rows[1].texts, ["q", "i"]);
});

Deno.test("several labels come from JSON arrays and from lists with commas", () => {
  assertEquals(labelNames('["b", "a"]'), ["b", "a"]);
  assertEquals(labelNames(" b , a,"), ["b", "a"]);
  assertEquals(labelNames("[]"), []);
  assertEquals(labelNames("[sic"), ["[sic"]);
  const json =
    '{"text": "x", "labels": ["b", "a"]}\n{"text": "y", "labels": []}\n{"text": "z", "labels": ["b"]}\n';
  const tsv = "text\tlabels\nx\tb,a\ny\t\nz\tb\n";
  for (const [file, text] of [["f.jsonl", json], ["f.tsv", tsv]]) {
    const task = textTaskDefinition(
      text,
      file,
      file === "f.tsv" ? "multi_label_classification" : undefined,
    );
    assertEquals([task.labels, task.multiLabel], [["a", "b"], true]);
    const { rows } = readGlueFile(task, "train", text, file);
    assertEquals(rows.map(({ labels }) => labels), [[0, 1], [], [1]]);
    assertThrows(
      () => readGlueFile(task, "dev", text.replace('["b"]', '["c"]').replace("z\tb", "z\tc"), file),
      GlueFileError,
      'label "c" is not valid',
    );
  }
});

Deno.test("invalid files and weights are rejected with the line", () => {
  const rejects = (text: string, file: string, message: string, type?: "regression") =>
    assertThrows(
      () => readGlueFile(textTaskDefinition(text, file, type), "train", text, file),
      Error,
      message,
    );
  rejects(
    '{"text": "a", "label": "x"}\n{"text": ',
    "f.jsonl",
    "f.jsonl, line 2: expected a JSON object",
  );
  rejects('["a"]', "f.json", 'f.json, line 1: expected a JSON object, got "a"');
  rejects('[{"text": 1', "f.json", "f.json is not valid JSON");
  rejects('text,label\n"a,b\n', "f.csv", "the row of line 2 has a quote that is not closed");
  rejects("text,class\na,b\n", "f.csv", "the header must contain");
  rejects(
    "text\tlabel\na\t1.5\nb\tgood\n",
    "f.tsv",
    'line 3: label "good" is not valid for text, expected a number',
    "regression",
  );
  const rows = [0, 1, 1].map((label) => ({ index: "", texts: [""], label }));
  const weights = (task: GlueTaskDefinition, list: "balanced" | number[]) => () =>
    withClassWeights(task, rows, list);
  assertThrows(
    weights(definitionOf(2), [1]),
    RangeError,
    "classWeights must be 2 positive numbers",
  );
  assertThrows(weights(definitionOf(2), [1, -1]), RangeError, "(got 1,-1)");
  assertThrows(
    weights(definitionOf(2, "multi_label_classification"), "balanced"),
    RangeError,
    "classWeights must be none for a task without one class per row",
  );
});

Deno.test("losses of weighted classes and of several labels are those of PyTorch's formulas", async () => {
  await using device = await openDevice({ device: "cpu" });
  const config = {
    ...toyConfig,
    hiddenDropoutProb: 0,
    attentionProbsDropoutProb: 0,
    classifierDropoutProb: 0,
  };
  const rows = [[0, "one two"], [2, "three good bad"], [1, "bad"], [2, "five"]].map((
    [label, text],
    i,
  ) => ({
    ...{
      index: `${i}`,
      texts: [text as string],
      label: label as number,
      labels: [label as number, 0],
    },
  }));
  const definitions = {
    weighted: withClassWeights(definitionOf(3), rows, [0.5, 3, 2]),
    several: definitionOf(3, "multi_label_classification"),
  };
  for (const [name, definition] of Object.entries(definitions)) {
    const task = glueTask(definition, rows, [], tokenizer, 16);
    const specs = [...encoderSpecs(config), ...task.headSpecs(config)];
    const encoder = new Encoder(config, new Parameters(device, specs, { trainable: false }));
    initialize(encoder.parameters, 3, 0.5);
    const batch = collateSequences(task.train, 0, 16);
    const logits = await task.predict(device, encoder, batch);
    const total = task.train.reduce((sum, example) => sum + (task.weightOf?.(example) ?? 1), 0);
    const metrics = new MetricRing(device, [""], 1);
    task.loss({ device }, encoder, batch, metrics.targets(0, [total])[0]);
    device.flush();
    const [{ loss }] = await metrics.take(1);
    const wanted = name === "weighted"
      ? rows.reduce((sum, { label }, i) => {
        const powers = Array.from(logits[i], Math.exp);
        const p = powers[label] / powers.reduce((a, b) => a + b);
        return sum - [0.5, 3, 2][label] * Math.log(p) / (0.5 + 2 + 3 + 2);
      }, 0)
      : rows.reduce((sum, { labels }, i) =>
        sum + logits[i].reduce((inner, x, id) => {
          const p = 1 / (1 + Math.exp(-x));
          return inner - Math.log(labels.includes(id) ? p : 1 - p) / (3 * 4);
        }, 0), 0);
    assert(Math.abs(loss - wanted) < 1e-5, `${name}: ${loss} instead of ${wanted}`);
    metrics.free();
    encoder.parameters.free();
  }
});
