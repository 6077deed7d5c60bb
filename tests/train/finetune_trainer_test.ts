import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Device, whole } from "../../src/device/mod.ts";
import { ConfigError, initialize } from "../../src/model/mod.ts";
import {
  type FinetuneSettings,
  finetuningTask,
  longestSequence,
  planStep,
  predictAll,
  taskModel,
  Trainer,
} from "../../src/train/mod.ts";
import { SINGLE_PROCESS_GROUP } from "../../src/distributed/mod.ts";
import { testDevices } from "../support/devices.ts";
import { toyConfig, toySettings, toyTask } from "./toy_task.ts";

/** Without dropout, whose masks depend on the padded length and so on the micro-batch. */
const withoutDropout = {
  ...toyConfig,
  hiddenDropoutProb: 0,
  attentionProbsDropoutProb: 0,
  classifierDropoutProb: 0,
};

/** Trains some steps and returns their log, the final weights and the dev accuracy. */
async function train(
  device: Device,
  steps: number,
  change: Partial<FinetuneSettings> = {},
  config = toyConfig,
) {
  const settings = toySettings(change);
  const task = finetuningTask(toyTask, { config, settings });
  const trainer = new Trainer(device, config, task, settings);
  initialize(trainer.model.parameters, 5, 0.1);
  for (let step = 0; step < steps; step++) {
    trainer.trainStep(await task.batches(step, { start: 0, end: settings.batchSize }));
  }
  const log = await trainer.readLog();
  const weights = (await device.read(whole(trainer.model.parameters.values))) as Float32Array;
  const { metrics } = await task.evaluate({
    device,
    encoder: trainer.model,
    group: SINGLE_PROCESS_GROUP,
    step: steps,
  });
  trainer.free();
  return { log, weights, accuracy: metrics.accuracy };
}

testDevices("fine-tuning learns a task", async (device) => {
  const { log, accuracy } = await train(
    device,
    60,
    { loggingSteps: 60, schedule: { peakLearningRate: 0.003, warmupSteps: 10, totalSteps: 60 } },
    withoutDropout,
  );
  assert(log.at(-1)!.loss < 0.1, `losses ${log.map(({ loss }) => loss)}`);
  assert(accuracy > 0.9, `accuracy ${accuracy}`);
});

testDevices("repeated fine-tuning gives the same bytes", async (device) => {
  assertEquals((await train(device, 4)).weights, (await train(device, 4)).weights);
});

testDevices("micro-batches change a fine-tuning step by rounding only", async (device) => {
  const one = await train(device, 3, {}, withoutDropout);
  const three = await train(device, 3, { microBatchSize: 3 }, withoutDropout);
  one.log.forEach(({ loss }, step) =>
    assert(Math.abs(loss - three.log[step].loss) < 1e-5, `step ${step}`)
  );
  const worst = one.weights.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - three.weights[i])),
    0,
  );
  assert(worst < 1e-3, `${worst}`);
});

Deno.test("planStep() plans fine-tuning for the longest examples", () => {
  const plan = (examples: number, definition = toyTask) => {
    const task = finetuningTask(definition, { config: toyConfig, settings: toySettings() });
    return planStep(toyConfig, task, task.largestBatch(toyConfig, examples));
  };
  assert(plan(8).temporaryBytes > 1.5 * plan(4).temporaryBytes);
  const byLength = toyTask.train.toSorted((a, b) => longestSequence(a) - longestSequence(b));
  const short = { ...toyTask, train: byLength.slice(0, 8) };
  assert(plan(8, short).peakBytes < plan(8).peakBytes);
});

testDevices("predictions do not depend on the batch size and keep their order", async (device) => {
  const { buffers } = device.memory();
  const invalid = { ...toyConfig, numAttentionHeads: 3 };
  assertThrows(() => taskModel(device, invalid, toyTask), ConfigError, "num_attention_heads");
  assertEquals(device.memory().buffers, buffers, "an invalid configuration allocates nothing");
  const model = taskModel(device, toyConfig, toyTask, { trainable: false });
  initialize(model.parameters, 5, 0.1);
  const { examples } = toyTask.heldOut[0];
  const outputs = (size: number) => predictAll(device, model, toyTask, examples, size, 16);
  for (const size of [0, -1, 1.5]) {
    await assertRejects(() => outputs(size), RangeError, "batchSize");
  }
  const alone = await outputs(1);
  for (const size of [4, 64]) {
    (await outputs(size)).forEach((row, i) =>
      row.forEach((value, k) => assert(Math.abs(value - alone[i][k]) < 1e-5, `${size}, ${i}`))
    );
  }
  model.parameters.free();
});
