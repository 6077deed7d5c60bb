import { assertEquals, assertThrows } from "@std/assert";
import {
  bucketLength,
  collateSequences,
  finetuneSettings,
  TrainingOrder,
} from "../../src/train/mod.ts";

Deno.test("bucketLength() returns the next bucket, at most the limit", () => {
  assertEquals([1, 8, 9, 65, 500].map((length) => bucketLength(length, 512)), [8, 8, 16, 80, 512]);
  assertEquals(bucketLength(60, 61), 61);
  assertEquals(bucketLength(700, 1024), 1024);
});

Deno.test("collateSequences() pads the sequences of all examples to one bucket", () => {
  const example = (...lengths: number[]) => ({
    sequences: lengths.map((length) => ({
      ids: Array.from({ length }, (_, i) => i + 1),
      typeIds: new Array(length).fill(1),
    })),
  });
  const { input } = collateSequences([example(2, 3), example(1, 5)], 9, 64);
  assertEquals([input.batch, input.sequence, [...input.lengths]], [4, 8, [2, 3, 1, 5]]);
  assertEquals([...input.inputIds.slice(0, 8)], [1, 2, 9, 9, 9, 9, 9, 9]);
  assertEquals([...input.tokenTypeIds.slice(24)], [1, 1, 1, 1, 1, 0, 0, 0]);
});

Deno.test("TrainingOrder has every example once per epoch, in an order that depends on the seed", () => {
  const order = new TrainingOrder(50, 7, true);
  const epoch = (e: number, from = order) =>
    Array.from({ length: 50 }, (_, i) => from.at(50 * e + i));
  const [first, second] = [epoch(0), epoch(1)];
  const all = Array.from({ length: 50 }, (_, i) => i);
  assertEquals([first.toSorted((a, b) => a - b), second.toSorted((a, b) => a - b)], [all, all]);
  assertEquals(first.join() === second.join() || first.join() === all.join(), false);
  // From any position: a run that resumes in the second epoch does not compute the first.
  assertEquals(epoch(1, new TrainingOrder(50, 7, true)), second);
  assertEquals(epoch(3, new TrainingOrder(50, 7, false)), all);
});

Deno.test("finetuneSettings() converts epochs to steps and rejects settings out of range", () => {
  const { schedule, evalSteps, optimizer } = finetuneSettings({ epochs: 3, batchSize: 16 }, 100);
  assertEquals([schedule.totalSteps, schedule.warmupSteps, evalSteps], [19, 1, 2]);
  assertEquals(optimizer.kind, "adamw");
  assertThrows(() => finetuneSettings({ batchSize: 0 }, 9), RangeError, "batchSize must be");
  assertThrows(() => finetuneSettings({ epochs: 0 }, 9), RangeError, "epochs must be positive");
  assertThrows(() => finetuneSettings({ learningRate: 0 }, 9), RangeError, "learningRate");
});
