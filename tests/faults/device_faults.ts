/** Devices that are lost, run out of memory, or compute NaN during a run. */
import type { Kernel } from "../../kernels/mod.ts";
import { openShards, readVocabularyFiles } from "../../src/data/disk/mod.ts";
import { type Device, openDevice, type Run } from "../../src/device/mod.ts";
import { presetConfig, presetSequenceLength } from "../../src/model/mod.ts";
import { pretrainingTask } from "../../src/pretraining/disk.ts";
import { pretrainSettings } from "../../src/pretraining/mod.ts";
import { train as runTraining } from "../../src/train/disk.ts";
import { baselineRun } from "./training_runs.ts";
import { folderDifference } from "./same_bytes.ts";
import { Tally } from "./tally.ts";
import { brokenCheckpoint } from "./training_kills.ts";
import { albertHere, namesIn, type Workbench } from "./workbench.ts";

const STEPS = 12;

/** Trains some steps on a device. `eachStep` is called after each step. */
async function train(
  bench: Workbench,
  device: Device,
  output: string,
  eachStep: (step: number) => void = () => {},
): Promise<void> {
  const data = await openShards(`${bench.folder}/data`);
  const config = { ...presetConfig("smoke"), vocabSize: data.corpus.vocabulary.size };
  const settings = pretrainSettings({
    steps: STEPS,
    batchSize: 4,
    maxSeqLength: presetSequenceLength("smoke"),
    saveSteps: 3,
    evalSteps: 6,
    evalExamples: 8,
    loggingSteps: 1,
    learningRate: 0.01,
    warmupSteps: 2,
  }, config);
  const files = await readVocabularyFiles(data);
  await runTraining({
    device,
    task: pretrainingTask({ sources: [{ name: "", data, weight: 1 }], settings, files }),
    config,
    settings,
    output,
    resume: namesIn(output).includes("run.json"),
    files,
    provenance: {},
    observer: {
      log() {},
      progress: eachStep,
      evaluated() {},
      stopRequested: () => false,
    },
  });
}

/** The last checkpoint of a run. */
function last(run: string): string {
  return `${run}/checkpoints/step-${STEPS}`;
}

/** Destroys the WebGPU device after a random step. */
export async function loseDevice(bench: Workbench, times: number): Promise<Tally> {
  const tally = new Tally("WebGPU device lost during a step");
  await baselineRun(bench);
  if (await navigator.gpu?.requestAdapter() == null) {
    tally.skipped = "no WebGPU adapter";
    return tally;
  }
  const open = () => openDevice({ device: "webgpu" });
  const expected = bench.newPath("webgpu");
  await on(await open(), (device) => train(bench, device, expected));
  for (let time = 0; time < times; time++) {
    const output = bench.newPath("lost");
    const step = 1 + bench.random.integer(STEPS - 1);
    const message = await failure(async () =>
      await on(await open(), (device) =>
        train(bench, device, output, (done) => {
          const { access } = device as unknown as { access: { gpu: GPUDevice } };
          // A part of the next step is recorded or running by then.
          if (done === step) setTimeout(() => access.gpu.destroy(), bench.random.integer(20));
        }))
    );
    const broken = await brokenCheckpoint(output);
    await on(await open(), (device) => train(bench, device, output));
    const difference = broken ?? await folderDifference(last(expected), last(output));
    if (difference !== null) tally.fail(difference, 1, message ?? "");
    else if (message === null) tally.pass("finished before, same bytes", 0);
    else if (/device was lost/i.test(message)) tally.pass("stopped, same bytes", 1, message);
    else tally.fail("no clear message", 1, message);
  }
  return tally;
}

/** Makes each kernel write a NaN, once at its last run and otherwise at random ones. */
export async function spoilKernels(
  bench: Workbench,
  each: number,
  which: RegExp = /./,
): Promise<Tally> {
  const tally = new Tally("a kernel writes NaN");
  await baselineRun(bench);
  const open = () => openDevice({ device: "cpu" });
  const expected = bench.newPath("cpu");
  let runs = new Map<string, number>();
  await on(await open(), async (device) => {
    const { device: counting, counts } = faultyDevice(device, null);
    await train(bench, counting, expected);
    runs = counts;
  });
  for (const [kernel, count] of [...runs].filter(([name]) => which.test(name))) {
    for (let time = 0; time < each; time++) {
      const after = time === 0 ? count - 1 : bench.random.integer(count);
      const output = bench.newPath("nan");
      const message = await failure(async () =>
        await on(
          await open(),
          (device) => train(bench, faultyDevice(device, { kernel, after }).device, output),
        )
      );
      const broken = await brokenCheckpoint(output);
      await on(await open(), (device) => train(bench, device, output));
      const difference = broken ?? await folderDifference(last(expected), last(output));
      const name = `${kernel}, run ${after + 1} of ${count}`;
      if (difference !== null) tally.fail(`${name}: ${difference}`, 1, message ?? "");
      else if (message === null) tally.pass("affected no weight, same bytes", 0);
      else if (/NaN or inf/.test(message)) tally.pass("stopped, same bytes", 1, message);
      else tally.fail(`${name}: no clear message`, 1, message);
    }
  }
  return tally;
}

/** Trains with a batch that does not fit the CPU device, then with micro-batches. */
export async function runOutOfMemory(bench: Workbench): Promise<Tally> {
  const tally = new Tally("out of device memory (CPU device)");
  await baselineRun(bench);
  const output = bench.newPath("large");
  const args = [
    ...["pretrain", "--config", "nano", "--data", `${bench.folder}/data`, "--output", output],
    ...["--steps", "1", "--batch-size", "4096", "--device", "cpu", "--eval-examples", "8"],
  ];
  const { code, stderr } = await albertHere(...args);
  const smaller = await albertHere(...args, "--micro-batch-size", "64");
  if (code === 1 && stderr.includes("--micro-batch-size") && smaller.code === 0) {
    tally.pass("rejected, works with --micro-batch-size", code, stderr);
  } else tally.fail(smaller.stderr, code, stderr);
  return tally;
}

async function on(device: Device, body: (device: Device) => Promise<void>): Promise<void> {
  try {
    await body(device);
  } finally {
    await device.destroy();
  }
}

/** The message of the error that `body` throws, or null. */
async function failure(body: () => Promise<void>): Promise<string | null> {
  try {
    await body();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A run of a kernel to corrupt. */
interface KernelFault {
  /** Number of correct runs before. */
  after: number;
  /** Name of the kernel. */
  kernel: string;
}

/** Wraps a device, counts its kernel runs, and writes a NaN after one of them. */
function faultyDevice(
  device: Device,
  fault: KernelFault | null,
): { device: Device; counts: Map<string, number> } {
  const counts = new Map<string, number>();
  const run = (kernel: Kernel, values: Run): void => {
    device.run(kernel, values);
    const count = (counts.get(kernel.name) ?? 0) + 1;
    counts.set(kernel.name, count);
    if (kernel.name !== fault?.kernel || count !== fault.after + 1) return;
    for (const [name, { access, type }] of Object.entries(kernel.bindings)) {
      const view = values.bindings[name];
      if (access === "read" || type !== "f32" || view === undefined) continue;
      device.write({ ...view, length: 1 }, Float32Array.of(NaN));
      return;
    }
  };
  const proxy = new Proxy(device, {
    get(target, property) {
      if (property === "run") return run;
      const value = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { device: proxy, counts };
}
