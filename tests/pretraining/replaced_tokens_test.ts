import { assert, assertEquals } from "@std/assert";
import { ExampleDataset, exampleSettings, splitDocuments } from "../../src/data/mod.ts";
import { openDevice } from "../../src/device/mod.ts";
import { Encoder, initialize, Parameters, replacedTokenLogits } from "../../src/model/mod.ts";
import {
  corruptExample,
  REPLACED_TOKENS,
  replacedTokenBatch,
  replacedTokenTask,
} from "../../src/pretraining/mod.ts";
import { latestCheckpoint, train } from "../../src/train/disk.ts";
import { MetricRing, Trainer, trainSettings } from "../../src/train/mod.ts";
import { testDevices } from "../support/devices.ts";
import { toyConfig, toyConfigWithDropout } from "../support/toy_pretraining.ts";
import { toyCorpus } from "../support/toy_corpus.ts";

const corpus = await toyCorpus(60);
const settings = exampleSettings(32);
const split = splitDocuments(corpus, 0.2);
const data = new ExampleDataset(corpus, settings, 7, split.train);
const heldOut = new ExampleDataset(corpus, settings, 7, split.validation);

Deno.test("tokens are replaced by tokens of the corpus, by a seed and an index alone", () => {
  let masked = 0, replaced = 0;
  const drawn = new Map<number, number>();
  for (let index = 0; index < 1000; index++) {
    const example = data.exampleAt(index);
    const corrupted = corruptExample(example, corpus, 3, index);
    assertEquals(corruptExample(example, corpus, 3, index), corrupted);
    const original = example.inputIds.slice(0, example.length);
    example.maskedPositions.forEach((position, i) => original[position] = example.maskedLabels[i]);
    corrupted.inputIds.forEach((id, position) => {
      assertEquals(corrupted.replaced[position], Number(id !== original[position]));
      if (!example.maskedPositions.includes(position)) return;
      drawn.set(id, (drawn.get(id) ?? 0) + 1);
    });
    masked += example.maskedPositions.length;
    replaced += corrupted.replaced.reduce((a, b) => a + b, 0);
  }
  assert(replaced > 0.7 * masked && replaced < masked, `${replaced} of ${masked}`);
  // Special tokens are not in the corpus, and the most frequent token is drawn as often as it occurs.
  assert([...drawn.keys()].every((id) => id >= 5));
  const counts = new Map<number, number>();
  for (const { tokens } of corpus.shards) {
    for (const id of tokens) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const [[first, count]] = [...counts].sort((a, b) => b[1] - a[1]);
  const share = count / corpus.tokenCount;
  assert(
    Math.abs(drawn.get(first)! / masked - share) < 0.02,
    `${drawn.get(first)! / masked}, not ${share}`,
  );
});

testDevices("the loss is the binary cross-entropy over all tokens but padding", async (device) => {
  const encoder = new Encoder(
    toyConfig,
    new Parameters(device, REPLACED_TOKENS.specs(toyConfig), { trainable: false }),
  );
  initialize(encoder.parameters, 5, 0.3);
  const batch = replacedTokenBatch(data, 3, 0, 6, 0);
  const { input, rows, replaced } = batch;
  assertEquals(rows.length, input.lengths.reduce((a, b) => a + b, 0));
  const scope = { device };
  const { sequenceOutput } = encoder.forward(scope, input);
  const { view } = replacedTokenLogits(scope, encoder, sequenceOutput, rows);
  const logits = await device.read(view) as Float32Array;
  let wanted = 0, correct = 0;
  logits.forEach((logit, i) => {
    const p = 1 / (1 + Math.exp(-logit));
    wanted -= Math.log(replaced[i] === 1 ? p : 1 - p) / rows.length;
    correct += Number((logit > 0) === (replaced[i] === 1)) / rows.length;
  });
  const metrics = new MetricRing(device, REPLACED_TOKENS.losses, 1);
  const counts = REPLACED_TOKENS.counts([batch]);
  REPLACED_TOKENS.loss(scope, encoder, batch, metrics.targets(0, counts));
  device.flush();
  const [{ loss_replaced, accuracy_replaced }] = await metrics.take(1);
  assert(Math.abs(loss_replaced - wanted) < 1e-5, `${loss_replaced} instead of ${wanted}`);
  assert(Math.abs(accuracy_replaced - correct) < 1e-6);
  metrics.free();
  encoder.parameters.free();
});

/** Settings of a run. */
function runSettings(steps: number, batchSize: number) {
  return {
    ...trainSettings({ batchSize, microBatchSize: 4, seed: 5, learningRate: 0.02 }, {
      ...{ steps, stepsName: "steps", learningRate: 0.02, warmupSteps: 5, optimizer: "lamb" },
      ...{ keepCheckpoints: 2, keepBest: false },
    }),
    loggingSteps: 2,
  };
}

Deno.test("training finds replaced tokens better than always answering original", async () => {
  await using device = await openDevice({ device: "cpu" });
  const own = runSettings(60, 16);
  const task = replacedTokenTask({ train: data, heldOut, settings: own });
  const trainer = new Trainer(device, toyConfig, task, own);
  task.initialize(trainer.model, own.seed);
  const losses: number[] = [];
  for (let step = 0; step < 60; step++) {
    trainer.trainStep(await task.batches(step, { start: 0, end: 16 }));
    if (step % 2 === 1) losses.push(...(await trainer.readLog()).map(({ loss }) => loss));
  }
  // Without any knowledge of tokens, the best loss is the entropy of their share.
  const share = 1 - (await task.evaluate({
    ...{ device, encoder: trainer.model, step: 60 },
    group: (await import("../../src/distributed/mod.ts")).SINGLE_PROCESS_GROUP,
  })).metrics.majority;
  const entropy = -share * Math.log(share) - (1 - share) * Math.log(1 - share);
  const last = losses.slice(-10).reduce((a, b) => a + b) / 10;
  assert(losses[0] > 0.6 && last < 1.05 * entropy, `${losses[0]} to ${last}, entropy ${entropy}`);
  trainer.free();
});

Deno.test("a run of replaced-token detection resumes to the same bytes", async () => {
  await using device = await openDevice({ device: "cpu" });
  const folder = await Deno.makeTempDir();
  const own = runSettings(6, 8);
  const run = async (name: string, until: number) => {
    let done = 0;
    return await train({
      ...{ device, config: toyConfigWithDropout, settings: own, output: `${folder}/${name}` },
      ...{ resume: true, files: new Map(), provenance: {} },
      task: replacedTokenTask({ train: data, heldOut, settings: own, evalExamples: 8 }),
      observer: {
        ...{ log() {}, progress() {}, evaluated() {} },
        stopRequested: () => ++done === until,
      },
    });
  };
  try {
    assertEquals((await run("whole", Infinity)).finished, true);
    assertEquals((await run("parts", 3)).finished, false);
    const { step, finished, evaluation } = await run("parts", Infinity);
    assertEquals([step, finished], [6, true]);
    assert("loss" in evaluation! && "accuracy" in evaluation);
    const [a, b] = await Promise.all(["whole", "parts"].map(async (name) => {
      const path = (await latestCheckpoint(`${folder}/${name}`))!;
      return await Deno.readFile(`${path}/model.safetensors`);
    }));
    assertEquals(a, b);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
