import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { openDevice } from "../../src/device/mod.ts";
import { SINGLE_PROCESS_GROUP } from "../../src/distributed/mod.ts";
import { initialize, presetConfig, PretrainingModel } from "../../src/model/mod.ts";
import { pretrainingTask } from "../../src/pretraining/disk.ts";
import { pretrainSettings } from "../../src/pretraining/mod.ts";
import { toyShards } from "../support/toy_corpus.ts";

Deno.test("a held-out set has at most 15% of its tokens masked, whatever a run trains with", async () => {
  const folder = await Deno.makeTempDir();
  const device = await openDevice({ device: "cpu", workers: 1 });
  try {
    const sources = [{ name: "", data: await toyShards(folder, 120), weight: 1 }];
    const config = { ...presetConfig("smoke"), vocabSize: 100 };
    const model = new PretrainingModel(device, config, { trainable: false });
    initialize(model.parameters, 1, config.initializerRange);
    /** Masked tokens in a batch of 16, and the held-out loss and accuracy. */
    const measure = async (maskedLmProb: number) => {
      const settings = pretrainSettings({
        ...{ steps: 1, batchSize: 16, maxSeqLength: 24, evalExamples: 64 },
        ...{ validationFraction: 0.3, dataloaderNumWorkers: 0, examples: { maskedLmProb } },
      }, config);
      const task = pretrainingTask({ sources, settings, files: new Map() });
      const { encoder } = model;
      const group = SINGLE_PROCESS_GROUP;
      const { metrics } = await task.evaluate({ device, encoder, group, step: 0 });
      const batches = await task.batches(0, { start: 0, end: 16 });
      const masked = batches.reduce((sum, { maskedCount }) => sum + maskedCount, 0);
      return { masked, loss: metrics.loss_mlm, accuracy: metrics.accuracy_mlm };
    };
    const [few, paper, many] = [await measure(0.05), await measure(0.15), await measure(0.4)];
    assert(many.masked > 2 * paper.masked, `${many.masked} and ${paper.masked}`);
    assertAlmostEquals(many.loss, paper.loss, 1e-5);
    assertEquals(many.accuracy, paper.accuracy);
    assert(Math.abs(few.loss - paper.loss) > 1e-4, `${few.loss} and ${paper.loss}`);
    model.parameters.free();
  } finally {
    await device.destroy();
    await Deno.remove(folder, { recursive: true });
  }
});
