import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  batchAt,
  collate,
  ExampleDataset,
  exampleSettings,
  IGNORED_LABEL,
} from "../../src/data/mod.ts";
import { generatedCorpus } from "./generated_text.ts";

const corpus = await generatedCorpus(2, 30);
const shape = { sequenceLength: 64, maxPredictions: 12, padId: 0 };

Deno.test("collate() pads rows and lists the tokens to predict", () => {
  const dataset = new ExampleDataset(corpus, exampleSettings(64), 1);
  const examples = Array.from({ length: 7 }, (_, i) => dataset.exampleAt(i));
  const batch = collate(examples, shape);
  assertEquals([batch.examples, batch.sequenceLength, batch.pairCount], [7, 64, 7]);
  assertEquals(batch.inputIds.length, 7 * 64);
  let masked = 0;
  examples.forEach((example, b) => {
    const row = batch.inputIds.subarray(64 * b, 64 * (b + 1));
    assertEquals(row.subarray(0, example.length), example.inputIds);
    assert(row.subarray(example.length).every((id) => id === 0));
    const types = batch.tokenTypeIds.subarray(64 * b, 64 * (b + 1));
    assertEquals([...types.subarray(0, example.length)], [...example.tokenTypeIds]);
    assert(types.subarray(example.length).every((type) => type === 0));
    assertEquals(batch.lengths[b], example.length);
    assertEquals(batch.pairLabels[b], example.pairLabel);
    assertEquals(batch.truncated[b], Number(example.truncated));
    example.maskedPositions.forEach((p, i) => {
      assertEquals(batch.maskedRows[masked], 64 * b + p);
      assertEquals(batch.maskedLabels[masked++], example.maskedLabels[i]);
    });
  });
  assertEquals(batch.maskedCount, masked);
  assert(masked < 84);
  assert(batch.maskedLabels.subarray(masked).every((label) => label === IGNORED_LABEL));
  assertEquals(new Set(batch.maskedRows).size, 84, "a scatter needs distinct rows");
  assert(batch.maskedRows.every((row) => row < 7 * 64));
});

Deno.test("collate() ignores the pair label without a pair", () => {
  const settings = exampleSettings(64, { pairObjective: "none" });
  const batch = batchAt(new ExampleDataset(corpus, settings, 1), 0, 3, shape);
  assertEquals([batch.pairCount, ...batch.pairLabels], [
    0,
    IGNORED_LABEL,
    IGNORED_LABEL,
    IGNORED_LABEL,
  ]);
});

Deno.test("batchAt() reads consecutive examples, or every stride-th", () => {
  const dataset = new ExampleDataset(corpus, exampleSettings(64), 1);
  const all = batchAt(dataset, 10, 6, shape);
  const odd = batchAt(dataset, 11, 3, shape, 2);
  for (let b = 0; b < 3; b++) {
    assertEquals(
      odd.inputIds.slice(64 * b, 64 * (b + 1)),
      all.inputIds.slice(64 * (2 * b + 1), 64 * (2 * b + 2)),
    );
  }
});

Deno.test("collate() rejects an example that does not fit", () => {
  const dataset = new ExampleDataset(corpus, exampleSettings(64, { shortSeqProb: 0 }), 1);
  assertThrows(() => batchAt(dataset, 0, 3, { ...shape, sequenceLength: 32 }), RangeError, "fit");
  assertThrows(() => batchAt(dataset, 0, 3, { ...shape, maxPredictions: 2 }), RangeError, "fit");
});
