import { assert, assertEquals, assertRejects } from "@std/assert";
import { ExampleDataset, exampleSettings } from "../../src/data/mod.ts";
import {
  type Device,
  openCpuDevice,
  openWebGpuDevice,
  PlanningDevice,
  WebGpuDevice,
  whole,
} from "../../src/device/mod.ts";
import { initialize, type ModelConfig, presetConfig } from "../../src/model/mod.ts";
import { OPTIMIZER_DEFAULTS } from "../../src/optim/mod.ts";
import {
  evaluate,
  NonFiniteError,
  PretrainingTrainer,
  type TrainerSettings,
} from "../../src/train/mod.ts";
import { testDevices } from "../support/devices.ts";
import { toyCorpus } from "../support/toy_corpus.ts";

const corpus = await toyCorpus();
const examples = exampleSettings(32);
const dataset = new ExampleDataset(corpus, examples, 7);
const shape = {
  sequenceLength: 32,
  maxPredictions: examples.maxPredictionsPerSeq,
  padId: 0,
};
const config: ModelConfig = {
  ...presetConfig("smoke"),
  vocabSize: corpus.vocabulary.size,
  hiddenDropoutProb: 0.1,
  attentionProbsDropoutProb: 0.1,
};

function settings(change: Partial<TrainerSettings> = {}): TrainerSettings {
  return {
    schedule: { peakLearningRate: 0.01, warmupSteps: 10, totalSteps: 60 },
    optimizer: OPTIMIZER_DEFAULTS,
    batchSize: 8,
    microBatchSize: 8,
    seed: 3,
    logSlots: 50,
    ...change,
  };
}

/** Trains some steps; losses of each and the final weights. */
async function train(device: Device, steps: number, change: Partial<TrainerSettings> = {}) {
  const trainer = new PretrainingTrainer(device, config, settings(change));
  initialize(trainer.model.parameters, 5, config.initializerRange);
  for (let step = 0; step < steps; step++) trainer.trainStep(dataset, shape);
  const log = await trainer.readLog();
  const weights = await device.read(whole(trainer.model.parameters.values));
  trainer.free();
  return { losses: log.map((entry) => entry.maskedLoss + entry.pairLoss), log, weights };
}

testDevices("recomputing layers or their attention changes no byte", async (device) => {
  const change = { batchSize: 6, microBatchSize: 4 };
  const { weights } = await train(device, 3, change);
  for (const recompute of ["attention", "layers"] as const) {
    assertEquals((await train(device, 3, { ...change, recompute })).weights, weights, recompute);
  }
});

testDevices("training lowers the loss", async (device) => {
  const { losses, log } = await train(device, 50, {
    schedule: { peakLearningRate: 0.02, warmupSteps: 10, totalSteps: 60 },
  });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  assert(mean(losses.slice(-10)) < mean(losses.slice(0, 10)) - 0.1, `losses ${losses}`);
  assertEquals(log[0].learningRate, 0);
  assert(log.every(({ gradientNorm }) => gradientNorm > 0));
});

testDevices("the same training twice gives the same bytes", async (device) => {
  const first = await train(device, 6);
  const second = await train(device, 6);
  assertEquals(first.weights, second.weights);
  assertEquals(first.losses, second.losses);
});

testDevices(
  "dividing a batch into micro-batches changes the loss curve by less than 1e-5 over 50 steps",
  async (device) => {
    const whole = await train(device, 50);
    const divided = await train(device, 50, { microBatchSize: 3 });
    whole.losses.forEach((loss, step) => {
      const difference = Math.abs(divided.losses[step] - loss) / loss;
      assert(difference <= 1e-5, `step ${step}: relative difference ${difference}`);
    });
  },
);

testDevices(
  "a gradient that is not finite stops training, names the tensor and changes nothing",
  async (device) => {
    const trainer = new PretrainingTrainer(device, config, settings());
    const { parameters } = trainer.model;
    initialize(parameters, 5, config.initializerRange);
    const name = "albert.embeddings.position_embeddings.weight";
    const poisoned = parameters.find(name)!;
    const values = (await device.read(poisoned.view) as Float32Array).slice();
    values[5] = NaN;
    device.write(poisoned.view, values);
    const before = await device.read(whole(parameters.values));
    trainer.trainStep(dataset, shape);
    await assertRejects(() => trainer.readLog(), NonFiniteError, `step 0, first in ${name}`);
    const after = await device.read(whole(parameters.values));
    assertEquals(new Uint32Array(after.buffer), new Uint32Array(before.buffer));
    trainer.free();
  },
);

testDevices("a step holds what was planned, to the byte", async (device) => {
  for (const recompute of ["none", "layers"] as const) {
    // One that no self-test has left memory on.
    const fresh = device.description.kind === "cpu"
      ? await openCpuDevice()
      : (await openWebGpuDevice())!;
    const [planned, held] = [new PlanningDevice(fresh.limits), fresh].map((each) => {
      const trainer = new PretrainingTrainer(each, config, settings({ recompute }));
      trainer.trainStep(dataset, shape);
      return each.memory().peakBytes;
    });
    // Uniforms, and copies of operands, which only some adapters need, come on top of the plan.
    const copies = fresh instanceof WebGpuDevice
      ? fresh.holdersAtPeak()
        .filter(({ label }) => label === "operand textures" || label === "uniforms")
        .reduce((sum, { bytes }) => sum + bytes, 0)
      : 0;
    assertEquals(held - copies, planned);
    await fresh.destroy();
  }
});

testDevices("memory does not grow from step to step", async (device) => {
  const trainer = new PretrainingTrainer(device, config, settings({ logSlots: 60 }));
  initialize(trainer.model.parameters, 5, config.initializerRange);
  for (let step = 0; step < 20; step++) trainer.trainStep(dataset, shape);
  const early = device.memory();
  for (let step = 20; step < 60; step++) trainer.trainStep(dataset, shape);
  await trainer.readLog();
  const late = device.memory();
  // Batches differ a little in how many distinct words they hold, never in how many buffers they take.
  assertEquals(late.buffers, early.buffers);
  assert(late.peakBytes <= early.peakBytes * 1.1, `${early.peakBytes} grew to ${late.peakBytes}`);
  trainer.free();
});

testDevices(
  "evaluation does not depend on how it is divided, and leaves the model alone",
  async (device) => {
    const trainer = new PretrainingTrainer(device, config, settings());
    initialize(trainer.model.parameters, 5, config.initializerRange);
    const before = await device.read(whole(trainer.model.parameters.values));
    const one = await evaluate(device, trainer.model, dataset, 12, 12, shape);
    const many = await evaluate(device, trainer.model, dataset, 12, 5, shape);
    assert(Math.abs(one.maskedLoss - many.maskedLoss) < 1e-5 * one.maskedLoss);
    assertEquals(one.maskedAccuracy.toFixed(6), many.maskedAccuracy.toFixed(6));
    assertEquals(await device.read(whole(trainer.model.parameters.values)), before);
    trainer.free();
  },
);
