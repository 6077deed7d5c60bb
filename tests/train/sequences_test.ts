import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../src/tensor/random/mod.ts";
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

Deno.test("TrainingOrder groups examples of similar length into the batches of an epoch", () => {
  const [count, batchSize, seed] = [1000, 16, 7];
  const random = new RandomStream(1, 1);
  const lengths = Array.from({ length: count }, () => 5 + random.integer(60));
  const order = new TrainingOrder(count, seed, true, { lengths, batchSize });
  /** The examples of a batch, whose positions continue over epochs. */
  const batch = (step: number, from = order) =>
    Array.from({ length: batchSize }, (_, i) => from.at(step * batchSize + i));
  const steps = Math.ceil(3 * count / batchSize);
  const batches = Array.from({ length: steps }, (_, step) => batch(step));
  const epochs = batches.flat();
  const all = Array.from({ length: count }, (_, i) => i);
  for (const epoch of [0, 1, 2]) {
    const own = epochs.slice(epoch * count, (epoch + 1) * count);
    assertEquals(own.toSorted((a, b) => a - b), all);
  }
  const spread = (indices: number[]) => {
    const own = indices.map((index) => lengths[index]);
    return Math.max(...own) - Math.min(...own);
  };
  // Lengths from 5 to 64 in parts of 50 and of 12 batches; the two batches over the end of an epoch are exceptions, as is the last.
  const grouped = batches.map(spread);
  assert(grouped.filter((each) => each <= 10).length >= steps - 3, grouped.join());
  // Long and short batches alternate at random, and differ from epoch to epoch.
  const means = batches.map((each) => Math.max(...each.map((index) => lengths[index])));
  assert(means.some((mean, i) => i > 0 && mean < means[i - 1] - 10), means.join());
  assertNotEquals(batches[0], batches[63]);
  // A run that resumes anywhere has the same batches.
  const resumed = new TrainingOrder(count, seed, true, { lengths, batchSize });
  for (const step of [130, 62, 0, 187]) assertEquals(batch(step, resumed), batches[step]);
});

Deno.test("finetuneSettings() converts epochs to steps and rejects settings out of range", () => {
  const { schedule, evalSteps, optimizer } = finetuneSettings({ epochs: 3, batchSize: 16 }, 100);
  assertEquals([schedule.totalSteps, schedule.warmupSteps, evalSteps], [19, 1, 2]);
  assertEquals(optimizer.kind, "adamw");
  assertThrows(() => finetuneSettings({ batchSize: 0 }, 9), RangeError, "batchSize must be");
  assertThrows(
    () => finetuneSettings({ groupByLength: true, shuffle: false }, 9),
    RangeError,
    "groupByLength must be false if shuffle is false",
  );
  // Absent unless given, so that runs of earlier versions can be resumed.
  assertEquals("groupByLength" in finetuneSettings({ groupByLength: false }, 9), false);
  assertEquals(finetuneSettings({ groupByLength: true }, 9).groupByLength, true);
  assertThrows(() => finetuneSettings({ epochs: 0 }, 9), RangeError, "epochs must be positive");
  assertThrows(() => finetuneSettings({ learningRate: 0 }, 9), RangeError, "learningRate");
});
