import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  GlueFileError,
  outputsOf,
  problemTypeOf,
  readGlueFile,
  recordTexts,
  scoreHint,
  textFileDefinition,
  textTaskDefinition,
} from "../../../src/benchmarks/glue/mod.ts";
import { ConfigError, presetConfig } from "../../../src/model/mod.ts";

Deno.test("the classes are the labels of the training file, in any order of columns", () => {
  const file =
    "\uFEFFid\tLabel\tsentence2\tsentence1\r\n7\tb\tsecond\tfirst\r\n8\ta\tx\ty\r\n9\ta\n";
  const task = textTaskDefinition(file, "train.tsv");
  assertEquals(task.labels, ["a", "b"]);
  const { rows, malformed } = readGlueFile(task, "train", file, "train.tsv");
  assertEquals(rows.map(({ texts, label }) => [...texts, label]), [["first", "second", 1], [
    "y",
    "x",
    0,
  ]]);
  assertEquals(malformed, [{ line: 4, columns: 2, expected: 4 }]);
});

Deno.test("textTaskDefinition() rejects files without text or label columns, or with too few or too many labels", () => {
  const cases: [text: string, sentence: string][] = [
    ["", 'line 1: the header must contain "text"'],
    ["text\tclass\na\tb\n", 'line 1: the header must contain "text"'],
    ["sentence1\tlabel\na\tb\n", 'line 1: the header must contain "text"'],
    ["text\tlabel\na\tb\n", "must have 2 to 1000 distinct labels, got 1"],
    ["text\tlabel\ttext\na\tx\tb\na\ty\tb\n", 'header has the column "text" twice'],
    [`text\tlabel\n${Array.from({ length: 1001 }, (_, i) => `t\t${i}`).join("\n")}`, "1001"],
  ];
  for (const [text, sentence] of cases) {
    assertThrows(() => textTaskDefinition(text, "train.tsv"), GlueFileError, sentence);
  }
});

Deno.test("textFileDefinition() accepts files with and without labels", () => {
  const read = (text: string, kind: "dev" | "test") =>
    readGlueFile(textFileDefinition(["a", "b"], text, "f.tsv"), kind, text, "f.tsv").rows;
  assertEquals(read("label\ttext\nb\tone\n", "dev"), [{ index: "0", texts: ["one"], label: 1 }]);
  assertEquals(read("text\none\ntwo\n", "test"), [
    { index: "0", texts: ["one"] },
    { index: "1", texts: ["two"] },
  ]);
  assertEquals(read("id\tsentence1\tsentence2\nx7\tone\ttwo\n", "test"), [
    { index: "x7", texts: ["one", "two"] },
  ]);
  const unknown = "text\tlabel\none\tc\n";
  assertThrows(() => read(unknown, "dev"), GlueFileError, 'line 2: label "c" is not valid');
  assertThrows(() => read("words\none\n", "test"), GlueFileError, "the header must contain");
});

Deno.test("recordTexts() accepts the names of columns that files for training may have", () => {
  assertEquals(recordTexts({ Text: "a", Label: "x" }, "f"), ["a"]);
  assertEquals(recordTexts({ Text: "a", text: "b", id: 1 }, "f"), ["b"]);
  assertEquals(recordTexts({ Sentence2: "b", sentence1: "a" }, "f"), ["a", "b"]);
  const cases: [Record<string, unknown>, string][] = [
    [{ words: "a" }, 'f, line 2: the fields must contain "text", '],
    [{ Text: null }, 'f, line 2: "Text" must be a string, got null'],
  ];
  for (const [fields, message] of cases) {
    assertThrows(() => recordTexts(fields, "f, line 2"), GlueFileError, message);
  }
});

Deno.test("labels are trimmed, and rows without a label are skipped and reported", () => {
  const file = "text\tlabel\na\tgood\nb\tbad \nc\t\nd\t good\ne\t \n";
  const task = textTaskDefinition(file, "train.tsv");
  assertEquals(task.labels, ["bad", "good"]);
  const { rows, unlabeled } = readGlueFile(task, "train", file, "train.tsv");
  assertEquals(rows.map(({ texts, label }) => [texts[0], label]), [["a", 1], ["b", 0], ["d", 1]]);
  assertEquals(unlabeled, [4, 6]);
  const none = "text\tlabel\na\t\n";
  assertThrows(
    () => readGlueFile(task, "dev", none, "dev.tsv"),
    GlueFileError,
    "dev.tsv has no rows with a label",
  );
});

Deno.test("fields quoted by csv and pandas are unquoted; quotes that are text are kept", () => {
  const read = (file: string) => {
    const { rows, quoted } = readGlueFile(textTaskDefinition(file, "f"), "train", file, "f");
    return { quoted, rows: rows.map(({ texts, label }) => [...texts, label]) };
  };
  const written = '"text"\t"label"\r\n"she said ""no"", and\r\nleft"\t"b"\r\n"a\ttab"\ta\r\n\r\n';
  assertEquals(read(written), {
    quoted: true,
    rows: [['she said "no", and\nleft', 1], ["a\ttab", 0]],
  });
  const raw = 'text\tlabel\n"Stop!" she cried\ta\n"unbalanced\tb\nmiddle "quote"\ta\n';
  assertEquals(read(raw), {
    quoted: false,
    rows: [['"Stop!" she cried', 0], ['"unbalanced', 1], ['middle "quote"', 0]],
  });
  // A quote that is never closed would swallow rows.
  const swallowing = 'text\tlabel\n"one\ta\ntwo\tb\nthree"\ta\n';
  assertEquals(read(swallowing).rows.length, 3);
});

Deno.test("scoreHint() recognizes scores", () => {
  const hint = scoreHint(["0.0", "0.5", "1.0"], "train.tsv");
  assertStringIncludes(
    hint!,
    "train.tsv: the labels are numbers such as 0.0 and 0.5, which become 3",
  );
  for (const labels of [["0", "1", "2"], ["0.0", "1.0", "2.0"], ["0.5", "1"], ["a", "0.5", "1"]]) {
    assertEquals(scoreHint(labels, "f"), null, labels.join());
  }
});

Deno.test("problemTypeOf() reads config.json, and infers the type of a file without it", () => {
  const of = (problem_type: unknown, outputs: number) =>
    problemTypeOf({ ...presetConfig("smoke"), extra: { problem_type } }, outputs);
  assertEquals(of(undefined, 3), "single_label_classification");
  assertEquals(of(null, 1), "regression");
  assertEquals(of("multi_label_classification", 1), "multi_label_classification");
  assertEquals(of("regression", 4), "regression");
  assertThrows(() => of("ordinal", 3), ConfigError, 'got "ordinal"');
});

Deno.test("outputsOf() takes the softmax, the sigmoid or nothing", () => {
  const logits = Float32Array.of(0, Math.log(3), -1000);
  const round = (values: number[]) => values.map((value) => Number(value.toFixed(6)));
  assertEquals(round(outputsOf(logits, "single_label_classification")), [0.25, 0.75, 0]);
  assertEquals(round(outputsOf(logits, "multi_label_classification")), [0.5, 0.75, 0]);
  assertEquals(outputsOf(logits, "regression"), [...logits]);
});
