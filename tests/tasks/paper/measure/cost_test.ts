import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { presetConfig } from "../../../../src/model/mod.ts";
import {
  checkpointBytes,
  gradientBuckets,
  hoursFor,
  rankedStep,
  ringAllReduceSeconds,
  stepCost,
} from "../../../../tasks/paper/measure/mod.ts";
import { planPretrainingStep } from "../../../../src/pretraining/mod.ts";

const shape = { batchSize: 6, microBatchSize: 2, sequenceLength: 32, maxPredictions: 5 };

Deno.test("stepCost() matches a recording of the whole batch", () => {
  for (const name of ["smoke", "nano"]) {
    const config = presetConfig(name);
    const cost = stepCost(config, shape);
    assertAlmostEquals(cost.flops, planPretrainingStep(config, 6, 32, 5).flops, 1e-4 * cost.flops);
    assertEquals(cost.peakBytes, planPretrainingStep(config, 2, 32, 5).peakBytes);
    assertEquals(
      cost.gradientBytes,
      4 * planPretrainingStep(config, 1, 32, 5).pretrainingParameters,
    );
  }
});

Deno.test("hoursFor() divides by the speed, and checkpointBytes() includes moments", () => {
  assertEquals(hoursFor(7.2e12, 2), 1);
  assertEquals(checkpointBytes(10, { moments: true }), 120);
  assertEquals(checkpointBytes(10, { moments: false }), 40);
});

Deno.test("ringAllReduceSeconds() sends 2(N − 1)/N of the bytes", () => {
  assertEquals(ringAllReduceSeconds(800, { ranks: 1, bytesPerSecond: 100 }), 0);
  assertEquals(ringAllReduceSeconds(800, { ranks: 2, bytesPerSecond: 100 }), 8);
  assertEquals(ringAllReduceSeconds(800, { ranks: 4, bytesPerSecond: 100 }), 12);
  assertEquals(ringAllReduceSeconds(800, { ranks: 4, bytesPerSecond: 100, latency: 0.5 }), 15);
});

Deno.test("gradientBuckets() contain every parameter once, and shared layers are complete at the end", () => {
  const albert = { ...presetConfig("nano"), numHiddenLayers: 4 };
  const bert = {
    ...albert,
    ...{
      share: "none" as const,
      numHiddenGroups: 4,
      embeddingSize: 128,
      embeddingProjection: false,
    },
  };
  for (const config of [albert, bert, { ...bert, share: "ffn" as const }]) {
    const buckets = gradientBuckets(config);
    const bytes = buckets.reduce((sum, bucket) => sum + bucket.bytes, 0);
    assertEquals(bytes, stepCost(config, shape).gradientBytes);
  }
  assertEquals(gradientBuckets(albert).map(({ readyAt }) => readyAt), [0, 1]);
  const layers = gradientBuckets(bert);
  assertEquals(layers.map(({ readyAt }) => readyAt), [0, 0.25, 0.5, 0.75, 1]);
  assertEquals(layers[1].bytes, layers[2].bytes);
});

Deno.test("rankedStep() overlaps early buckets with the backward pass", () => {
  const times = { before: 2, backward: 10, optimizer: 1 };
  const network = { ranks: 2, bytesPerSecond: 1 };
  const late = rankedStep([{ readyAt: 1, bytes: 4 }], times, network);
  assertEquals(late, { seconds: 17, reduceSeconds: 4, exposedSeconds: 4 });
  const early = [{ readyAt: 0, bytes: 2 }, { readyAt: 0.5, bytes: 2 }];
  assertEquals(rankedStep(early, times, network).exposedSeconds, 0);
  // The first bucket is sent from 0 to 12, so the second ends at 14.
  const busy = rankedStep(
    [{ readyAt: 0, bytes: 12 }, { readyAt: 0.5, bytes: 2 }],
    times,
    network,
  );
  assertEquals([busy.exposedSeconds, busy.seconds], [4, 17]);
  const alone = rankedStep([{ readyAt: 1, bytes: 4 }], times, { ranks: 1, bytesPerSecond: 1 });
  assert(alone.seconds === 13 && alone.reduceSeconds === 0);
});
