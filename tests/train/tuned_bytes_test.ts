// Autotuning changes no byte of the result, with or without a warm cache.
import { assert, assertEquals } from "@std/assert";
import { openDevice, Tuner, type WebGpuDevice, whole } from "../../src/device/mod.ts";
import { toySteps, toyTrainer } from "../support/toy_pretraining.ts";

/** Trains three steps and calls `between` after each. */
async function train(tuner: Tuner | null, between: () => Promise<unknown> = async () => {}) {
  const device = await openDevice({
    device: "webgpu",
    variantOf: tuner?.variantOf,
    choiceVersion: tuner?.choiceVersion,
  });
  try {
    tuner?.start(device as WebGpuDevice);
    const schedule = { peakLearningRate: 0.01, warmupSteps: 1, totalSteps: 3 };
    const trainer = toyTrainer(device, { schedule, loggingSteps: 3 });
    for (let step = 0; step < 3; step++) {
      toySteps(trainer, 1, 4);
      await between();
    }
    await trainer.readLog();
    return await device.read(whole(trainer.model.parameters.values));
  } finally {
    await device.destroy();
  }
}

Deno.test({
  name: "a run with autotuning and a run with a warm tuning cache end in the same bytes",
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
