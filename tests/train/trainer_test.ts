import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Allocation,
  type Device,
  type DeviceBuffer,
  DeviceError,
  openCpuDevice,
  openWebGpuDevice,
  PlanningDevice,
  WebGpuDevice,
  whole,
} from "../../src/device/mod.ts";
import { ConfigError, frozenNames } from "../../src/model/mod.ts";
import { OPTIMIZER_DEFAULTS } from "../../src/optim/mod.ts";
import { evaluatePretraining } from "../../src/pretraining/mod.ts";
import { NonFiniteError, type TrainerSettings } from "../../src/train/mod.ts";
import { testDevices } from "../support/devices.ts";
import {
  toyConfigWithDropout,
  toyDataset,
  toyShape,
  toySteps,
  toyTrainer,
} from "../support/toy_pretraining.ts";

/** A trainer with dropout whose schedule has 60 steps. */
function trainerOf(device: Device, change: Partial<TrainerSettings> = {}) {
  return toyTrainer(device, {
    schedule: { peakLearningRate: 0.01, warmupSteps: 10, totalSteps: 60 },
    loggingSteps: 50,
    ...change,
  }, toyConfigWithDropout);
}

/** Trains some steps and returns their losses and the final weights. */
async function train(
  device: Device,
  steps: number,
  change: Partial<TrainerSettings> = {},
  [batchSize, microBatchSize]: readonly number[] = [8, 8],
) {
  const trainer = trainerOf(device, change);
  toySteps(trainer, steps, batchSize, microBatchSize);
  const log = await trainer.readLog();
  const weights = await device.read(whole(trainer.model.parameters.values));
  trainer.free();
  return { losses: log.map(({ loss }) => loss), log, weights };
}

testDevices("recomputing layers or their attention changes no byte", async (device) => {
  const sizes = [6, 4];
  const { weights } = await train(device, 3, {}, sizes);
  for (const recompute of ["attention", "layers"] as const) {
    assertEquals((await train(device, 3, { recompute }, sizes)).weights, weights, recompute);
  }
});

testDevices("frozen parts get no gradients, and the others the same bytes", async (device) => {
  const config = { ...toyConfigWithDropout, numHiddenGroups: 2 };
  const gradients = async (freeze: string[], recompute: TrainerSettings["recompute"]) => {
    const schedule = { peakLearningRate: 0.01, warmupSteps: 1, totalSteps: 6 };
    const trainer = toyTrainer(device, { schedule, loggingSteps: 5, freeze, recompute }, config);
    toySteps(trainer, 1, 6, 4);
    await trainer.readLog();
    const { list, gradients } = trainer.model.parameters;
    const all = await device.read(whole(gradients!));
    trainer.free();
    return new Map(list.map(({ spec, gradient }) => {
      const { offset, length } = gradient!;
      return [spec.name, all.slice(offset, offset + length)];
    }));
  };
  const trained = await gradients([], "none");
  for (const freeze of [["embeddings"], ["embeddings", "layers:1"], ["layers:1"], ["encoder"]]) {
    const withoutGradients = freeze.includes("embeddings") || freeze.includes("encoder")
      ? frozenNames(config, freeze)
      : new Set();
    for (const recompute of ["none", "layers"] as const) {
      for (const [name, gradient] of await gradients(freeze, recompute)) {
        // The masked-LM head uses the word embeddings, too.
        if (name.includes("word_embeddings")) continue;
        const expected = withoutGradients.has(name)
          ? new Float32Array(gradient.length)
          : trained.get(name);
        assertEquals(gradient, expected, `${freeze} ${recompute} ${name}`);
      }
    }
  }
});

testDevices("training lowers the loss", async (device) => {
  const { losses, log } = await train(device, 50, {
    schedule: { peakLearningRate: 0.02, warmupSteps: 10, totalSteps: 60 },
  });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  assert(mean(losses.slice(-10)) < mean(losses.slice(0, 10)) - 0.1, `losses ${losses}`);
  assertEquals(log[0].learningRate, 0);
  assert(log.every(({ gradientNorm }) => gradientNorm > 0));
});

testDevices("repeated training gives the same bytes", async (device) => {
  const first = await train(device, 6);
  const second = await train(device, 6);
  assertEquals(first.weights, second.weights);
  assertEquals(first.losses, second.losses);
});

testDevices(
  "dividing a batch into micro-batches changes the loss curve by less than 1e-5 over 50 steps",
  async (device) => {
    const whole = await train(device, 50);
    const divided = await train(device, 50, {}, [8, 3]);
    whole.losses.forEach((loss, step) => {
      const difference = Math.abs(divided.losses[step] - loss) / loss;
      assert(difference <= 1e-5, `step ${step}: relative difference ${difference}`);
    });
  },
);

testDevices(
  "a gradient that is not finite stops training, names the tensor and updates nothing",
  async (device) => {
    const trainer = trainerOf(device);
    const { parameters } = trainer.model;
    const name = "albert.embeddings.position_embeddings.weight";
    const poisoned = parameters.find(name)!;
    const values = (await device.read(poisoned.view) as Float32Array).slice();
    values[5] = NaN;
    device.write(poisoned.view, values);
    const before = await device.read(whole(parameters.values));
    toySteps(trainer, 1, 8);
    await assertRejects(() => trainer.readLog(), NonFiniteError, `step 0, first in ${name}`);
    const after = await device.read(whole(parameters.values));
    assertEquals(new Uint32Array(after.buffer), new Uint32Array(before.buffer));
    trainer.free();
  },
);

testDevices("a step uses exactly the planned memory", async (device) => {
  for (const recompute of ["none", "layers"] as const) {
    // A new device, without memory of the self-test.
    const fresh = device.description.kind === "cpu"
      ? await openCpuDevice()
      : (await openWebGpuDevice())!;
    const [planned, held] = [new PlanningDevice(fresh.limits), fresh].map((each) => {
      toySteps(trainerOf(each, { recompute }), 1, 8);
      return each.memory().peakBytes;
    });
    // The plan does not include uniforms and the texture copies of operands on some adapters.
    const copies = fresh instanceof WebGpuDevice
      ? fresh.holdersAtPeak()
        .filter(({ label }) => label === "operand textures" || label === "uniforms")
        .reduce((sum, { bytes }) => sum + bytes, 0)
      : 0;
    assertEquals(held - copies, planned);
    await fresh.destroy();
  }
});

/** A device whose memory is exhausted after a number of buffers. */
class SmallDevice extends PlanningDevice {
  constructor(private left: number) {
    super();
  }
  override allocate(...[length, type, label]: Allocation): DeviceBuffer {
    if (this.left-- === 0) throw new DeviceError(`Cannot allocate buffer "${label}"`);
    return super.allocate(length, type, label);
  }
}

Deno.test("a trainer that cannot be created leaves nothing allocated", () => {
  for (let buffers = 0;; buffers++) {
    const device = new SmallDevice(buffers);
    try {
      trainerOf(device);
      break;
    } catch (error) {
      assert(error instanceof DeviceError);
      assertEquals(device.memory().persistentBytes, 0, error.message);
    }
  }
  const device = new PlanningDevice();
  const config = { ...toyConfigWithDropout, numAttentionHeads: 3 };
  const schedule = { peakLearningRate: 0.01, warmupSteps: 1, totalSteps: 6 };
  const settings = { schedule, loggingSteps: 1 };
  assertThrows(() => toyTrainer(device, settings, config), ConfigError, "num_attention_heads");
  const optimizer = { ...OPTIMIZER_DEFAULTS, beta1: 2 };
  assertThrows(() => trainerOf(device, { optimizer }), RangeError, "beta1");
  assertEquals(device.memory().persistentBytes, 0);
});

testDevices("memory does not grow from step to step", async (device) => {
  const trainer = trainerOf(device, { loggingSteps: 60 });
  toySteps(trainer, 20, 8);
  const early = device.memory();
  toySteps(trainer, 40, 8);
  await trainer.readLog();
  const late = device.memory();
  // The number of distinct tokens differs between batches, the number of buffers does not.
  assertEquals(late.buffers, early.buffers);
  assert(late.peakBytes <= early.peakBytes * 1.1, `${early.peakBytes} grew to ${late.peakBytes}`);
  trainer.free();
});

testDevices(
  "evaluation does not depend on the micro-batch size and does not change the model",
  async (device) => {
    const trainer = trainerOf(device);
    const before = await device.read(whole(trainer.model.parameters.values));
    const evaluate = (size: number) =>
      evaluatePretraining(device, trainer.model, toyDataset, 12, size, toyShape);
    const [one, many] = [await evaluate(12), await evaluate(5)];
    assert(Math.abs(one.maskedLoss - many.maskedLoss) < 1e-5 * one.maskedLoss);
    assertEquals(one.maskedAccuracy.toFixed(6), many.maskedAccuracy.toFixed(6));
    assertEquals(await device.read(whole(trainer.model.parameters.values)), before);
    trainer.free();
  },
);
