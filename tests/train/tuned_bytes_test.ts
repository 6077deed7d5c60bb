// Neither a timing nor a warm cache changes a byte of what is trained.
import { assert, assertEquals } from "@std/assert";
import { ExampleDataset, exampleSettings } from "../../src/data/mod.ts";
import { openDevice, Tuner, WebGpuDevice, whole } from "../../src/device/mod.ts";
import { initialize, type ModelConfig, presetConfig } from "../../src/model/mod.ts";
import { OPTIMIZER_DEFAULTS } from "../../src/optim/mod.ts";
import { PretrainingTrainer } from "../../src/train/mod.ts";
import { toyCorpus } from "../support/toy_corpus.ts";

const corpus = await toyCorpus();
const examples = exampleSettings(32);
const shape = { sequenceLength: 32, maxPredictions: examples.maxPredictionsPerSeq, padId: 0 };
const config: ModelConfig = { ...presetConfig("smoke"), vocabSize: corpus.vocabulary.size };

/** Three steps; `between` may measure. */
async function train(tuner: Tuner | null, between: () => Promise<unknown> = async () => {}) {
  const device = await openDevice({ device: "webgpu", variantOf: tuner?.variantOf });
  try {
    tuner?.start(device as WebGpuDevice);
    const trainer = new PretrainingTrainer(device, config, {
      schedule: { peakLearningRate: 0.01, warmupSteps: 1, totalSteps: 3 },
      optimizer: OPTIMIZER_DEFAULTS,
      batchSize: 4,
      microBatchSize: 4,
      seed: 3,
      logSlots: 3,
    });
    initialize(trainer.model.parameters, 5, config.initializerRange);
    const dataset = new ExampleDataset(corpus, examples, 7);
    for (let step = 0; step < 3; step++) {
      trainer.trainStep(dataset, shape);
      await between();
    }
    await trainer.readLog();
    return await device.read(whole(trainer.model.parameters.values));
  } finally {
    await device.destroy();
  }
}

Deno.test({
  name: "a run that tunes between its steps, and one that has tuned, end in the same bytes",
  ignore: (await navigator.gpu?.requestAdapter() ?? null) === null,
  async fn() {
    const plain = await train(null);
    const tuner = new Tuner();
    let measured = 0;
    const cold = await train(tuner, async () => {
      for (let i = 0; i < 3; i++) if (await tuner.tuneNext() !== null) measured++;
    });
    assert(measured >= 6, `${measured} were measured`);
    assertEquals(cold, plain);
    assertEquals(await train(tuner), plain);
  },
});
