/** Devices that are lost, run out of memory or compute NaN in the middle of a run. */
import { openShards, readVocabularyFiles } from "../../src/data/disk/mod.ts";
import { type Device, openDevice } from "../../src/device/mod.ts";
import { presetConfig, presetSequenceLength } from "../../src/model/mod.ts";
import { pretrain } from "../../src/train/disk.ts";
import { pretrainSettings } from "../../src/train/mod.ts";
import { albertHere } from "./command_here.ts";
import { faultyDevice } from "./faulty_device.ts";
import { undisturbedRun } from "./pretraining.ts";
import { folderDifference } from "./same_bytes.ts";
import { Tally } from "./tally.ts";
import { brokenCheckpoint } from "./training_kills.ts";
import { namesIn, type Workbench } from "./workbench.ts";

const STEPS = 12;

/** Trains some steps on a device; `eachStep` hears of every step. */
async function train(
  bench: Workbench,
  device: Device,
  output: string,
  eachStep: (step: number) => void = () => {},
): Promise<void> {
  const data = await openShards(`${bench.folder}/data`);
  const config = { ...presetConfig("smoke"), vocabSize: data.corpus.vocabulary.size };
  await pretrain({
    device,
    sources: [{ name: "", data, weight: 1 }],
    config,
    settings: pretrainSettings({
      steps: STEPS,
      batchSize: 4,
      maxSeqLength: presetSequenceLength("smoke"),
      saveSteps: 3,
      evalSteps: 6,
      evalExamples: 8,
      loggingSteps: 1,
      learningRate: 0.01,
      warmupSteps: 2,
    }, config),
    output,
    resume: namesIn(output).includes("run.json"),
    files: await readVocabularyFiles(data),
    provenance: {},
    observer: {
      say() {},
      progress: eachStep,
      evaluated() {},
      stopRequested: () => false,
    },
  });
}

/** What such a run leaves if nothing happens. */
function last(run: string): string {
  return `${run}/checkpoints/step-${STEPS}`;
}

/** Destroys the WebGPU device after a step of its own each time. */
export async function loseDevice(bench: Workbench, times: number): Promise<Tally> {
  const tally = new Tally("WebGPU device lost in mid-step");
  await undisturbedRun(bench);
  if (await navigator.gpu?.requestAdapter() == null) {
    tally.skipped = "no WebGPU adapter";
    return tally;
  }
  const open = () => openDevice({ device: "webgpu" });
  const whole = bench.fresh("webgpu");
  await on(await open(), (device) => train(bench, device, whole));
  for (let time = 0; time < times; time++) {
    const output = bench.fresh("lost");
    const step = 1 + bench.random.integer(STEPS - 1);
    const message = await failure(async () =>
      await on(await open(), (device) =>
        train(bench, device, output, (done) => {
          const { access } = device as unknown as { access: { gpu: GPUDevice } };
          // Some of the next step is recorded or running by then.
          if (done === step) setTimeout(() => access.gpu.destroy(), bench.random.integer(20));
        }))
    );
    const broken = await brokenCheckpoint(output);
    await on(await open(), (device) => train(bench, device, output));
    const difference = broken ?? await folderDifference(last(whole), last(output));
    if (difference !== null) tally.lost(difference, 1, message ?? "");
    else if (message === null) tally.good("was done before, same bytes", 0);
    else if (/device was lost/i.test(message)) tally.good("refused, same bytes", 1, message);
    else tally.lost("no clear message", 1, message);
  }
  return tally;
}

/** Lets each kernel of a step write one NaN, early in the run, late in it, and in its very last run. */
export async function spoilKernels(
  bench: Workbench,
  each: number,
  which: RegExp = /./,
): Promise<Tally> {
  const tally = new Tally("a kernel writes NaN");
  await undisturbedRun(bench);
  const open = () => openDevice({ device: "cpu" });
  const whole = bench.fresh("cpu");
  let runs = new Map<string, number>();
  await on(await open(), async (device) => {
    const { device: counting, counts } = faultyDevice(device, null);
    await train(bench, counting, whole);
    runs = counts;
  });
  for (const [kernel, count] of [...runs].filter(([name]) => which.test(name))) {
    for (let time = 0; time < each; time++) {
      const after = time === 0 ? count - 1 : bench.random.integer(count);
      const output = bench.fresh("nan");
      const message = await failure(async () =>
        await on(
          await open(),
          (device) => train(bench, faultyDevice(device, { kernel, after }).device, output),
        )
      );
      const broken = await brokenCheckpoint(output);
      await on(await open(), (device) => train(bench, device, output));
      const difference = broken ?? await folderDifference(last(whole), last(output));
      const name = `${kernel}, run ${after + 1} of ${count}`;
      if (difference !== null) tally.lost(`${name}: ${difference}`, 1, message ?? "");
      else if (message === null) tally.good("reached no weight, same bytes", 0);
      else if (/NaN or inf/.test(message)) tally.good("refused, same bytes", 1, message);
      else tally.lost(`${name}: no clear message`, 1, message);
    }
  }
  return tally;
}

/** Asks for more than the CPU device can hold at once, then for the same in smaller portions. */
export async function runOutOfMemory(bench: Workbench): Promise<Tally> {
  const tally = new Tally("out of device memory (CPU device)");
  await undisturbedRun(bench);
  const output = bench.fresh("large");
  const words = [
    ...["pretrain", "--config", "nano", "--data", `${bench.folder}/data`, "--output", output],
    ...["--steps", "1", "--batch-size", "4096", "--device", "cpu", "--eval-examples", "8"],
  ];
  const { code, stderr } = await albertHere(...words);
  const smaller = await albertHere(...words, "--micro-batch-size", "64");
  if (code === 1 && stderr.includes("--micro-batch-size") && smaller.code === 0) {
    tally.good("refused, and done with --micro-batch-size", code, stderr);
  } else tally.lost(smaller.stderr, code, stderr);
  return tally;
}

async function on(device: Device, body: (device: Device) => Promise<void>): Promise<void> {
  try {
    await body(device);
  } finally {
    await device.destroy();
  }
}

/** What it failed with, or null. */
async function failure(body: () => Promise<void>): Promise<string | null> {
  try {
    await body();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
