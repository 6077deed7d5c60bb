/** A thousand steps hold what the first ones held, on the device and in JavaScript. Minutes, so one of the long ones. */
import { assert, assertEquals } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ExampleDataset, exampleSettings } from "../../src/data/mod.ts";
import {
  type Device,
  openCpuDevice,
  openWebGpuDevice,
  WebGpuDevice,
} from "../../src/device/mod.ts";
import { initialize, presetConfig } from "../../src/model/mod.ts";
import { OPTIMIZER_DEFAULTS } from "../../src/optim/mod.ts";
import { PretrainingTrainer } from "../../src/train/mod.ts";
import { toyCorpus } from "../support/toy_corpus.ts";

const STEPS = 1000;
const EARLY = 200;
/** Steps between two readings of the log. */
const LOGGED = 20;
/** The heap's own noise: compiled code, tables that double. */
const HEAP_NOISE = 2 ** 20;

setFlagsFromString("--expose-gc");
/** Only a context that is made after the flag has it. */
const collect: () => void = runInNewContext("gc");

/** Bytes of live objects. */
function liveBytes(): number {
  // Twice, since what finalizers let go is found by the next collection.
  collect();
  collect();
  return Deno.memoryUsage().heapUsed;
}

function held(device: Device) {
  const caches = device instanceof WebGpuDevice ? device.caches() : {};
  return { ...device.memory(), ...caches };
}

for (const [kind, open] of [["webgpu", openWebGpuDevice], ["cpu", openCpuDevice]] as const) {
  Deno.test({
    name: `a thousand steps take no more memory than ${EARLY}, on ${kind}`,
    ignore: Deno.env.get("ALBERT_SLOW") !== "1",
    sanitizeResources: false,
    async fn() {
      const device = await open();
      if (device === null) return;
      const corpus = await toyCorpus();
      const examples = exampleSettings(32);
      const config = { ...presetConfig("smoke"), vocabSize: corpus.vocabulary.size };
      const trainer = new PretrainingTrainer(device, config, {
        schedule: { peakLearningRate: 0.001, warmupSteps: 10, totalSteps: STEPS },
        optimizer: OPTIMIZER_DEFAULTS,
        ...{ batchSize: 4, microBatchSize: 2, seed: 3, logSlots: LOGGED, recompute: "layers" },
      });
      initialize(trainer.model.parameters, 5, config.initializerRange);
      const dataset = new ExampleDataset(corpus, examples, 7);
      const { maxPredictionsPerSeq: maxPredictions } = examples;
      const train = async (until: number) => {
        while (trainer.step < until) {
          trainer.trainStep(dataset, { sequenceLength: 32, maxPredictions, padId: 0 });
          if (trainer.step % LOGGED === 0) await trainer.readLog();
        }
        return { device: held(device), heap: liveBytes() };
      };
      const early = await train(EARLY);
      const late = await train(STEPS);
      assertEquals(late.device, early.device);
      assert(
        late.heap < early.heap + HEAP_NOISE,
        `the heap grew from ${early.heap} to ${late.heap}`,
      );
      await device.destroy();
    },
  });
}
