import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  GlueFileError,
  glueTaskDefinition,
  inLabelOrder,
  labelOrder,
  readPredictions,
  writePredictions,
} from "../../../src/benchmarks/glue/mod.ts";
import { presetConfig } from "../../../src/model/mod.ts";

const rte = glueTaskDefinition("rte");
const sts = glueTaskDefinition("sts-b");
const rows = ["0", "1", "2"].map((index) => ({ index, texts: ["a", "b"], label: 0 }));

Deno.test("predictions are written with the official labels and can be read", () => {
  const text = writePredictions(rte, rows, [0, 1, 1]);
  assertEquals(
    text,
    "index\tprediction\n0\tentailment\n1\tnot_entailment\n2\tnot_entailment\n",
  );
  assertEquals(readPredictions(rte, rows, text, "RTE.tsv"), [0, 1, 1]);
  const sst = glueTaskDefinition("sst-2");
  assertEquals(writePredictions(sst, rows, [1, 0, 1]), "index\tprediction\n0\t1\n1\t0\n2\t1\n");
  const scores = [0.1, 5.25, Math.fround(2.3)];
  assertEquals(readPredictions(sts, rows, writePredictions(sts, rows, scores), "f"), scores);
});

Deno.test("readPredictions() reports problems with file and line", () => {
  const read = (...lines: string[]) => () =>
    readPredictions(rte, rows, ["index\tprediction", ...lines].join("\n"), "RTE.tsv");
  const cases: [() => unknown, string][] = [
    [read("9\tentailment"), 'RTE.tsv, line 2: unknown row "9"'],
    [read("0\tentailment", "0\tentailment"), "RTE.tsv, line 3: row 0 is repeated"],
    [read("0\tyes"), 'RTE.tsv, line 2: label "yes" is not valid'],
    [read("0 entailment"), "RTE.tsv, line 2: expected a row and its label separated by a tab"],
    [read("0\tentailment"), "RTE.tsv: 2 of 3 rows are missing, the first is 1"],
    [() => readPredictions(rte, rows, "0\tentailment", "RTE.tsv"), "RTE.tsv, line 1"],
  ];
  for (const [run, message] of cases) assertThrows(run, GlueFileError, message);
});

Deno.test("labelOrder() returns the order of a checkpoint's classes", () => {
  const mnli = glueTaskDefinition("mnli");
  const config = presetConfig("smoke");
  const read = (id2label: unknown, given?: string[]) =>
    labelOrder(mnli, { ...config, extra: { id2label } }, given);
  const of = (id2label: unknown) => read(id2label).positions;
  assertEquals(of(undefined), [0, 1, 2]);
  assertEquals(of({ 0: "ENTAILMENT", 1: "NEUTRAL", 2: "CONTRADICTION" }), [2, 0, 1]);
  assertEquals(of({ 0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2" }), [0, 1, 2]);
  assertThrows(() => of({ 0: "a", 1: "b" }), Error, "the checkpoint has 2 classes (a, b)");
  assertEquals(
    read({ 0: "Entailment", 1: "Neutral", 2: "Contradiction" }).notice,
    "classes are Entailment, Neutral, Contradiction (names in config.json)",
  );
  assertStringIncludes(
    read({ 0: "e", 1: "n", 2: "c" }).notice,
    "classes are assumed to be contradiction, entailment, neutral, because the names in config.json, e, n, c, are not those of MNLI",
  );
  assertStringIncludes(read(undefined).notice, "config.json has no class names");
  // transformers accepts names that are numbers.
  assertEquals(of({ 0: 5, 1: 6, 2: 7 }), [0, 1, 2]);
  const given = read({ 0: "e", 1: "n", 2: "c" }, ["entailment", "neutral", "contradiction"]);
  assertEquals(given.positions, [2, 0, 1]);
  for (const wrong of [["entailment", "neutral"], ["entailment", "neutral", "neutral"], ["a"]]) {
    assertThrows(() => read(undefined, wrong), RangeError, "--labels must list contradiction, ");
  }
  assertEquals(labelOrder(sts, config).positions, []);
  const sst = glueTaskDefinition("sst-2");
  const binary = (id2label: unknown, given?: string[]) =>
    labelOrder(sst, { ...config, extra: { id2label } }, given).positions;
  assertEquals(binary({ 0: "POSITIVE", 1: "NEGATIVE" }), [1, 0]);
  assertEquals(binary({ 0: "0", 1: "1" }), [0, 1]);
  assertEquals(binary(undefined, ["positive", "negative"]), [1, 0]);
  assertEquals(binary(undefined, ["1", "0"]), [1, 0]);
  assertThrows(() => binary(undefined, ["0", "positive"]), RangeError, "list negative, positive");
  const own = { ...sst, folder: "text", labels: ["US", "Us", "us"], classNames: undefined };
  const names = { 0: "us", 1: "US", 2: "Us" };
  const ownOrder = labelOrder(own, { ...config, extra: { id2label: names } });
  assertEquals(ownOrder.positions, [1, 2, 0]);
  assertEquals([...inLabelOrder(Float32Array.of(1, 2, 3), [2, 0, 1])], [3, 1, 2]);
});
