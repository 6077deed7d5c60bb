/**
 * The worker of the page: measures both libraries in turns and sends the result to the server.
 *
 * @module
 */
import { initialize, openDevice, PRETRAINING, pretrainingBatches, Trainer } from "../../mod.ts";
import { pretrainSettings } from "../../src/pretraining/mod.ts";
import { syntheticExamples } from "../workload.ts";
import { openJaxJs } from "./jax_js.ts";
import type {
  BrowserAnswer,
  BrowserResult,
  BrowserStep,
  BrowserTask,
  StepSettings,
} from "./settings.ts";

/** Opens the toolkit, as a page would use it. */
async function openOurs(
  backend: "cpu" | "webgpu",
  { batch, sequence, predictions, model }: StepSettings,
): Promise<BrowserStep> {
  const device = await openDevice({ device: backend });
  const request = { steps: 1e6, batchSize: batch, maxSeqLength: sequence, seed: 1 };
  const settings = pretrainSettings({ ...request, optimizer: { kind: "adamw" } }, model);
  const trainer = new Trainer(device, model, PRETRAINING, settings);
  initialize(trainer.model.parameters, 1, model.initializerRange);
  const examples = await syntheticExamples(model, sequence, predictions);
  const shape = { sequenceLength: sequence, maxPredictions: predictions, padId: model.padTokenId };
  return {
    label: `ours, ${backend} (${device.description.adapter})`,
    async run(steps) {
      let loss = NaN;
      for (let i = 0; i < steps; i++) {
        trainer.trainStep(pretrainingBatches(examples, trainer.step, settings, shape));
        [{ loss }] = await trainer.readLog();
      }
      return loss;
    },
  };
}

/** Each round runs each library once. */
async function measure({ backend, rounds, steps, settings }: BrowserTask): Promise<BrowserAnswer> {
  const libraries = [
    await openOurs(backend, settings),
    await openJaxJs(backend === "cpu" ? "wasm" : "webgpu", settings),
  ];
  const first: number[] = [];
  for (const library of libraries) {
    first.push(await library.run(1));
    await library.run(steps); // Warm-up.
  }
  const times: number[][] = libraries.map(() => []);
  const last: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [i, library] of libraries.entries()) {
      const started = performance.now();
      last[i] = await library.run(steps);
      times[i].push((performance.now() - started) / steps);
    }
  }
  const results = libraries.map(({ label }, i): BrowserResult => ({
    label,
    milliseconds: times[i],
    losses: [first[i], last[i]],
  }));
  return { browser: navigator.userAgent, results };
}

const task: BrowserTask = await (await fetch("./task")).json();
const answer = await measure(task).catch((error): BrowserAnswer => ({ error: `${error}` }));
await fetch("./answer", { method: "POST", body: JSON.stringify(answer) });
