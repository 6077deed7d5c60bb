// These runs are small, since software adapters are slow in half precision.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Device, openCpuDevice, openWebGpuDevice, whole } from "../../src/device/mod.ts";
import type { LossScaleState } from "../../src/optim/mod.ts";
import type { PretrainingStepBatch } from "../../src/pretraining/mod.ts";
import { restoreCheckpoint, takeSnapshot } from "../../src/train/checkpoint.ts";
import { writeCheckpoint } from "../../src/train/checkpoint_files.ts";
import { NonFiniteError, type Precision, type Trainer } from "../../src/train/mod.ts";
import { checkPrecision, skippedNotice } from "../../src/train/precision.ts";
import { toyConfig as config, toySteps, toyTrainer } from "../support/toy_pretraining.ts";

const START: LossScaleState = { scale: 2 ** 16, goodSteps: 0, skippedSteps: 0, gaveUp: false };

/** Registers a test for an adapter with half precision; it is skipped on others. */
function testHalf(name: string, body: (device: Device) => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false }, async () => {
    const device = await openWebGpuDevice();
    try {
      if (device?.access.capabilities.shaderF16) await body(device);
      else console.log(`${name}: skipped, no adapter with half precision`);
    } finally {
      await device?.destroy();
    }
  });
}

type ToyTrainer = Trainer<PretrainingStepBatch>;

function trainerOf(device: Device, precision: Precision, seed = 5): ToyTrainer {
  const schedule = { peakLearningRate: 0.02, warmupSteps: 8, totalSteps: 60 };
  return toyTrainer(device, { schedule, seed, loggingSteps: 50, precision }, config, seed);
}

function steps(trainer: ToyTrainer, count: number): void {
  toySteps(trainer, count, 8, 4);
}

async function weightsOf({ model: { parameters } }: ToyTrainer): Promise<Uint32Array> {
  const values = await parameters.device.read(whole(parameters.values));
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** Returns the gradients of the first step. */
async function gradients(device: Device, precision: Precision, scale = 2 ** 16) {
  const trainer = trainerOf(device, precision);
  trainer.optimizer.lossScale?.restore({ ...START, scale });
  steps(trainer, 1);
  const values = await device.read(whole(trainer.model.parameters.gradients!));
  trainer.free();
  return values as Float32Array;
}

/** |a − b| / |b|. */
function distance(a: Float32Array, b: Float32Array): number {
  let difference = 0, norm = 0;
  a.forEach((value, i) => {
    difference += (value - b[i]) ** 2;
    norm += b[i] ** 2;
  });
  return Math.sqrt(difference / norm);
}

testHalf("gradients in half precision equal those of float32 up to rounding", async (device) => {
  const half = await gradients(device, "f16");
  const off = distance(half, await gradients(device, "f32"));
  // Half precision has 11 bits: each rounding changes a number by at most 2^-12 of its size.
  assert(off > 0 && off < 2e-3, `${off}`);
});

testHalf("the loss scale is a power of two and does not change the gradients", async (device) => {
  const some = await gradients(device, "f16", 2 ** 14);
  const other = await gradients(device, "f16", 2 ** 10);
  // Only values that underflow at the smaller scale differ.
  assert(distance(other, some) < 1e-5, `${distance(other, some)}`);
  const none = await gradients(device, "f16", 1);
  assert(distance(none, some) > 10 * distance(other, some), "without a scale more is lost");
});

testHalf(
  "a step that overflows is skipped and counted, and the loss scale is halved",
  async (device) => {
    const trainer = trainerOf(device, "f16");
    trainer.optimizer.lossScale!.restore({ ...START, scale: 2 ** 40 });
    const before = await weightsOf(trainer);
    steps(trainer, 3);
    const skipped = await trainer.readLog();
    assertEquals(skipped.map((log) => log.skipped), [true, true, true]);
    assert(skipped.every(({ loss }) => Number.isFinite(loss)), "the forward pass is finite");
    assertEquals(trainer.lossScale, { ...START, scale: 2 ** 37, skippedSteps: 3 });
    assertEquals(await weightsOf(trainer), before);
    steps(trainer, 40);
    const logs = await trainer.readLog();
    assert(!logs.at(-1)!.skipped, "the loss scale decreased until steps succeed");
    const { scale, skippedSteps, goodSteps } = trainer.lossScale!;
    assertEquals(scale, 2 ** (40 - skippedSteps));
    assertEquals(goodSteps, 43 - skippedSteps);
    assert((await weightsOf(trainer)).some((bits, i) => bits !== before[i]));
    trainer.free();
  },
);

testHalf(
  "an overflow that no loss scale fixes ends the run and names the tensor",
  async (device) => {
    const trainer = trainerOf(device, "f16");
    trainer.optimizer.lossScale!.restore({ ...START, scale: 4 });
    const { parameters } = trainer.model;
    const name = "albert.embeddings.position_embeddings.weight";
    const { view } = parameters.find(name)!;
    device.write(view, new Float32Array(view.length).fill(NaN));
    const before = await weightsOf(trainer);
    steps(trainer, 5);
    await assertRejects(() => trainer.readLog(), NonFiniteError, `first in ${name}`);
    assertEquals(await weightsOf(trainer), before);
    assertEquals(await trainer.optimizer.lossScale!.read(), {
      ...{ scale: 1, goodSteps: 0, skippedSteps: 3, gaveUp: true },
    });
    trainer.free();
  },
);

testHalf("a resumed run in half precision reaches the same bytes", async (device) => {
  const run = await Deno.makeTempDir();
  try {
    const description = {
      config,
      architecture: "AlbertForPreTraining",
      files: new Map(),
      card: "",
    };
    const trainer = trainerOf(device, "f16");
    // Some steps are skipped before the checkpoint and, since the scale is still high, after it.
    trainer.optimizer.lossScale!.restore({ ...START, scale: 2 ** 40 });
    steps(trainer, 3);
    await writeCheckpoint(await takeSnapshot(run, trainer, description, { keep: 0 }));
    steps(trainer, 37);
    const resumed = trainerOf(device, "f16", 9);
    await restoreCheckpoint(`${run}/checkpoints/step-3`, resumed);
    steps(resumed, 37);
    assertEquals(
      await resumed.optimizer.lossScale!.read(),
      await trainer.optimizer.lossScale!.read(),
    );
    assertEquals(await weightsOf(resumed), await weightsOf(trainer));
    trainer.free();
    resumed.free();
  } finally {
    await Deno.remove(run, { recursive: true });
  }
});

testHalf(
  "loss curves in half precision are within the noise of those in float32",
  async (device) => {
    const curve = async (precision: Precision, seed: number) => {
      const trainer = trainerOf(device, precision, seed);
      steps(trainer, 40);
      const logs = await trainer.readLog();
      trainer.free();
      return logs.map(({ loss }) => loss);
    };
    const end = (losses: number[]) => losses.slice(-10).reduce((sum, loss) => sum + loss, 0) / 10;
    const single: number[] = [], half: number[] = [];
    for (const seed of [1, 2, 3]) {
      const [a, b] = [await curve("f32", seed), await curve("f16", seed)];
      assert(end(a) < a[0] - 0.1, `it learns: ${a}`);
      single.push(end(a));
      half.push(end(b));
    }
    assert(half.some((loss, i) => loss !== single[i]), "half precision was used");
    const noise = Math.max(...single) - Math.min(...single);
    single.forEach((loss, i) =>
      assert(Math.abs(half[i] - loss) < noise, `${half} against ${single}`)
    );
  },
);

Deno.test("skipped steps are reported once per reading of the log", () => {
  const state = { ...START, scale: 1024 };
  const logs = (...skipped: boolean[]) => skipped.map((one, i) => ({ step: 20 + i, skipped: one }));
  assertEquals(skippedNotice(logs(false, false), state), null);
  assertEquals(skippedNotice(logs(true), undefined), null, "no notice in float32");
  assertEquals(
    skippedNotice(logs(false, true), state),
    "step 22 overflowed in half precision and updated nothing; the loss scale is now 1024",
  );
  assertEquals(
    skippedNotice(logs(true, false, true), state),
    "2 of the steps 21 to 23 overflowed in half precision and updated nothing; the loss scale is now 1024",
  );
});

Deno.test("the CPU device rejects half precision", async () => {
  const device = await openCpuDevice();
  try {
    checkPrecision(device, "f32");
    await assertRejects(
      () => Promise.resolve().then(() => checkPrecision(device, "f16")),
      RangeError,
      "--precision f16 needs a WebGPU adapter",
    );
  } finally {
    await device.destroy();
  }
});
