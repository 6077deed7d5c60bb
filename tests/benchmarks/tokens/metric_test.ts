import { assertEquals, assertThrows } from "@std/assert";
import { marksSpans, spanMetrics, spansOf } from "../../../src/benchmarks/mod.ts";
import { metricCases } from "./metric_cases.ts";

Deno.test("precision, recall, F1 and accuracy equal seqeval's on 500 random cases", async () => {
  const file = new URL("../../fixtures/tokens/seqeval.json", import.meta.url);
  const expected: number[][] = JSON.parse(await Deno.readTextFile(file));
  const cases = metricCases();
  assertEquals([cases.length, expected.length], [500, 500]);
  for (const [i, { gold, predicted }] of cases.entries()) {
    const { precision, recall, f1, accuracy } = spanMetrics(gold, predicted);
    for (const [k, value] of [precision, recall, f1, accuracy].entries()) {
      const difference = Math.abs(value - expected[i][k]);
      assertEquals(difference < 1e-12, true, `case ${i}: ${value} instead of ${expected[i][k]}`);
    }
  }
});

Deno.test("spansOf() reads IOB1, IOB2 and IOBES", () => {
  const spans = (tags: string) =>
    spansOf(tags.split(" ")).map(({ type, start, end }) => `${type} ${start}-${end}`);
  assertEquals(spans("B-A I-A O B-A B-A"), ["A 0-1", "A 3-3", "A 4-4"]);
  assertEquals(spans("I-A I-A I-B O I-A"), ["A 0-1", "B 2-2", "A 4-4"]);
  assertEquals(spans("B-A I-A E-A S-B S-B"), ["A 0-2", "B 3-3", "B 4-4"]);
  assertEquals(spans("O O"), []);
  assertEquals(marksSpans(["NOUN", "VERB"]), false);
  assertEquals(marksSpans(["O", "I-PER"]), true);
});

Deno.test("spanMetrics() rejects lists of other lengths", () => {
  assertThrows(() => spanMetrics([["O"]], []), RangeError, "0 sentences against 1");
  assertThrows(
    () => spanMetrics([["O"]], [["O", "O"]]),
    RangeError,
    "has 1 tags, but 2 predictions",
  );
  assertThrows(() => spanMetrics([], []), RangeError, "without words");
});
