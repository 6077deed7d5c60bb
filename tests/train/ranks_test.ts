// Several ranks in one process make the same steps as a single rank.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openCpuDevice, whole } from "../../src/device/mod.ts";
import { type DataParallel, RankMismatchError, SINGLE_PROCESS } from "../../src/distributed/mod.ts";
import { OPTIMIZER_DEFAULTS } from "../../src/optim/mod.ts";
import { evaluatePretraining, pretrainingBatches } from "../../src/pretraining/mod.ts";
import type { TrainerSettings } from "../../src/train/mod.ts";
import { checkRanks } from "../../src/train/ranks.ts";
import { onRanks } from "../support/process_groups.ts";
import {
  toyConfigWithDropout as config,
  toyDataset as dataset,
  toyShape as shape,
  toyTrainer,
} from "../support/toy_pretraining.ts";

const STEPS = 12;
/** Not divisible by the number of ranks. */
const BATCH = 7;

/** Trains on one rank of a group. */
async function train(ranks: DataParallel, change: Partial<TrainerSettings> = {}) {
  const device = await openCpuDevice({ workers: 1 });
  const schedule = { peakLearningRate: 0.01, warmupSteps: 2, totalSteps: STEPS };
  const settings = { schedule, loggingSteps: STEPS, ...change };
  const trainer = toyTrainer(device, settings, config, 5, ranks);
  const sizes = { batchSize: BATCH, microBatchSize: 3 };
  for (let step = 0; step < STEPS; step++) {
    await trainer.trainStepTogether(pretrainingBatches(dataset, step, sizes, shape, ranks.group));
  }
  const log = await trainer.readLog();
  const held = await evaluatePretraining(device, trainer.model, dataset, 11, 4, shape, ranks.group);
  const weights = await device.read(whole(trainer.model.parameters.values)) as Float32Array;
  const moments = trainer.optimizer.firstMoments.length;
  await device.destroy();
  return { log, held, weights, moments };
}

function assertNear(actual: number, expected: number, relative: number, what: string): void {
  assert(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `${what}: ${actual}, ${expected}`,
  );
}

Deno.test("ranks have the training curve of one process, and the same weights", async () => {
  const alone = await train(SINGLE_PROCESS);
  for (const size of [2, 3]) {
    const all = await onRanks(size, (group) => train({ ...SINGLE_PROCESS, group }));
    for (const { log, held, weights } of all) {
      assertEquals(weights, all[0].weights);
      log.forEach((entry, step) => {
        const { metrics, gradientNorm } = alone.log[step];
        const { loss_mlm, loss_pair } = entry.metrics;
        assertNear(loss_mlm, metrics.loss_mlm, 1e-6, `masked-LM loss of step ${step}`);
        assertNear(loss_pair, metrics.loss_pair, 1e-6, `sentence-order loss of step ${step}`);
        assertNear(entry.gradientNorm, gradientNorm, 1e-5, `gradient norm of step ${step}`);
      });
      assertEquals(held.maskedTokens, alone.held.maskedTokens);
      assertNear(held.maskedLoss, alone.held.maskedLoss, 1e-6, "held-out loss");
      assertNear(held.maskedAccuracy, alone.held.maskedAccuracy, 1e-6, "held-out accuracy");
    }
  }
});

Deno.test("ranks with a sharded optimizer make the same updates, and each keeps its part of the moments", async () => {
  for (const kind of ["lamb", "adamw"] as const) {
    const change = { optimizer: { ...OPTIMIZER_DEFAULTS, kind } };
    const alone = await train(SINGLE_PROCESS, change);
    for (const size of [2, 3]) {
      const all = await onRanks(
        size,
        (group) => train({ ...SINGLE_PROCESS, group, shardOptimizer: true }, change),
      );
      for (const { log, weights } of all) {
        assertEquals(weights, all[0].weights);
        log.forEach(({ metrics: { loss_mlm } }, step) =>
          assertNear(loss_mlm, alone.log[step].metrics.loss_mlm, 1e-6, `${kind}, step ${step}`)
        );
      }
      const kept = all.reduce((sum, { moments }) => sum + moments, 0);
      assert(kept <= alone.moments, `${kept} moments in all instead of ${alone.moments}`);
      for (const { moments } of all) assert(moments < alone.moments * 0.9);
    }
  }
});

Deno.test("gradients sent in half precision stay close to the training curve", async () => {
  const alone = await train(SINGLE_PROCESS);
  const [{ log, weights }, other] = await onRanks(
    2,
    (group) => train({ ...SINGLE_PROCESS, group, allReduce: "f16" }),
  );
  assertEquals(weights, other.weights);
  log.forEach(({ metrics: { loss_mlm } }, step) =>
    assertNear(loss_mlm, alone.log[step].metrics.loss_mlm, 1e-3, `masked-LM loss of step ${step}`)
  );
});

Deno.test("different weights stop every rank at the next comparison", async () => {
  const found = await onRanks(3, async (group) => {
    const device = await openCpuDevice({ workers: 1 });
    const schedule = { peakLearningRate: 0.01, warmupSteps: 2, totalSteps: STEPS };
    const trainer = toyTrainer(device, { schedule, loggingSteps: STEPS }, config);
    const ranks = { ...SINGLE_PROCESS, group, checkSteps: 10 };
    trainer.startAt(10);
    await checkRanks(ranks, trainer);
    if (group.rank === 2) {
      const { buffer, offset } = trainer.model.parameters.list[3].view;
      device.write({ buffer, offset, length: 1 }, Float32Array.of(0.5));
    }
    trainer.startAt(15);
    await checkRanks(ranks, trainer);
    trainer.startAt(20);
    const error = await assertRejects(() => checkRanks(ranks, trainer), RankMismatchError);
    await device.destroy();
    return error.message;
  });
  assertEquals(
    found,
    Array(3).fill(
      "After step 20, the weights of rank 2 differ from those of rank 0. That machine computes or stores values incorrectly. Resume from the last checkpoint without it (--resume).",
    ),
  );
});
