import { assert } from "@std/assert";
import {
  readSquad,
  type SquadHead,
  squadTask,
  squadTrainingFeatures,
} from "../../../src/benchmarks/squad/mod.ts";
import { openDevice } from "../../../src/device/mod.ts";
import { initialize } from "../../../src/model/mod.ts";
import { finetuneSettings, finetuningTask, predictAll, Trainer } from "../../../src/train/mod.ts";
import { TOY_CONFIG, TOY_LENGTH, TOY_TOKENIZER, toySquad } from "./toy_squad.ts";

for (const head of ["linear", "paper"] as SquadHead[]) {
  Deno.test(`the ${head} head learns to find answers and to leave questions unanswered`, async () => {
    const lengths = { maxLength: TOY_LENGTH, stride: 6 };
    const dev = readSquad(toySquad(2, 60, "dev"));
    const { windows } = squadTrainingFeatures(dev, TOY_TOKENIZER, lengths);
    assert(windows.length > dev.questions.length);
    const task = squadTask({
      version: "2.0",
      head,
      train:
        squadTrainingFeatures(readSquad(toySquad(1, 300, "train")), TOY_TOKENIZER, lengths).windows,
      heldOut: { dataset: dev, windows },
    });
    const settings = finetuneSettings(
      { maxSteps: 100, batchSize: 32, microBatchSize: 16, learningRate: 5e-3, maxSeqLength: 16 },
      task.train.length,
    );
    const device = await openDevice({ device: "cpu" });
    try {
      const training = finetuningTask(task, { config: TOY_CONFIG, settings });
      const trainer = new Trainer(device, TOY_CONFIG, training, settings);
      initialize(trainer.model.parameters, 1, 0.05);
      const f1 = async () => {
        const outputs = await predictAll(device, trainer.model, task, windows, 16, TOY_LENGTH);
        return task.evaluate(task.heldOut[0], outputs).metrics.f1;
      };
      const before = await f1();
      for (let step = 0; step < 100; step++) {
        trainer.trainStep(await training.batches(step, { start: 0, end: settings.batchSize }));
        if (step % 10 === 9) await trainer.readLog();
      }
      const after = await f1();
      assert(before < 60 && after > 95, `F1 ${before} before and ${after} after training`);
    } finally {
      await device.destroy();
    }
  });
}
