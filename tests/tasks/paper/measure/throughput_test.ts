import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Allocation,
  type DeviceBuffer,
  DeviceError,
  openDevice,
  PlanningDevice,
} from "../../../../src/device/mod.ts";
import { presetConfig } from "../../../../src/model/mod.ts";
import {
  alongDepth,
  largestDepth,
  measureSpeedup,
  measureThroughput,
  withLayers,
} from "../../../../tasks/paper/measure/mod.ts";
import { planPretrainingStep } from "../../../../src/pretraining/mod.ts";

const smoke = presetConfig("smoke");

function sharings(name: string) {
  const config = { ...presetConfig(name), numHiddenLayers: 7 };
  return [
    config,
    { ...config, share: "none" as const, numHiddenGroups: 7 },
    { ...config, share: "attention" as const, numHiddenGroups: 7 },
  ];
}

Deno.test("alongDepth() extrapolates a step's arithmetic from two depths for every kind of sharing", () => {
  for (const config of sharings("nano")) {
    const flops = (layers: number) =>
      planPretrainingStep(withLayers(config, layers), 8, 64, 5).flops;
    const times = (layers: number) => ({ microBatch: flops(layers), optimizer: -flops(layers) });
    for (const depth of [2, 5]) {
      const line = alongDepth(times(1), times(depth), depth, 7);
      assertEquals(line.microBatch, -line.optimizer);
      // The optimizer counts whole groups of 64 blocks, even if they are not full.
      assertAlmostEquals(line.microBatch, flops(7), 1e-2 * flops(7));
    }
  }
});

Deno.test("withLayers() rejects groups of several layers", () => {
  assertThrows(
    () => withLayers({ ...smoke, numHiddenLayers: 6, numHiddenGroups: 2 }, 1),
    RangeError,
    "6 layers in 2 groups",
  );
});

Deno.test("measureThroughput() times a whole step or extrapolates, and returns the method", async () => {
  const device = await openDevice({ device: "cpu" });
  const config = sharings("smoke")[1];
  const shape = { batchSize: 4, microBatchSize: 2, sequenceLength: 32, maxPredictions: 5 };
  const found = [];
  for (const memoryBytes of [Infinity, 0]) {
    found.push(await measureThroughput(device, config, { ...shape, memoryBytes, rounds: 1 }));
  }
  assertEquals(found.map(({ method }) => method), ["whole step", "1 and 2 layers"]);
  for (const result of found) {
    const seconds = 2 * result.microBatchSeconds + result.optimizerSeconds;
    assertAlmostEquals(result.examplesPerSecond, 4 / seconds, 1e-9 * result.examplesPerSecond);
    assertAlmostEquals(result.gigaflopsPerSecond, result.flops / seconds / 1e9, 1e-9);
    assert(result.gradientBytes === 4 * result.parameters);
  }
  assertEquals(device.memory().persistentBytes, 0);
  await device.destroy();
});

Deno.test("measureThroughput() stays within the given memory", async () => {
  const device = new PlanningDevice();
  const nano = { ...presetConfig("nano"), vocabSize: 500 };
  const config = { ...nano, share: "none" as const, numHiddenLayers: 24, numHiddenGroups: 24 };
  const shape = { batchSize: 8, microBatchSize: 1, sequenceLength: 64, maxPredictions: 10 };
  const memoryBytes = 2 ** 26;
  const { method, peakBytes } = await measureThroughput(device, config, { ...shape, memoryBytes });
  assertEquals(method, "1 and 2 layers");
  assert(peakBytes > memoryBytes && device.memory().peakBytes < memoryBytes);
});

Deno.test("measureSpeedup() times both models at the same depths, which fit into memory", async () => {
  const shape = { batchSize: 2, microBatchSize: 2, sequenceLength: 32, maxPredictions: 5 };
  const nano = { ...presetConfig("nano"), vocabSize: 500, numHiddenLayers: 12 };
  const own = { ...nano, numHiddenGroups: 1 };
  const reference = { ...nano, share: "none" as const, numHiddenGroups: 12 };
  const bytes = (layers: number) =>
    planPretrainingStep(withLayers(reference, layers), 2, 32, 5).peakBytes;
  const memoryBytes = (bytes(6) + bytes(7)) / 2;
  assertEquals(largestDepth(reference, shape, memoryBytes), 6);
  assertEquals(largestDepth(own, shape, memoryBytes), 12);
  assertEquals(largestDepth(reference, shape, Infinity), 12);
  assertEquals(largestDepth(reference, shape, 0), 2);

  const planning = new PlanningDevice();
  const planned = await measureSpeedup(planning, own, reference, {
    ...shape,
    memoryBytes,
    rounds: 1,
  });
  assertEquals(planned.method, "1 and 6 layers");
  assert(planning.memory().peakBytes <= memoryBytes);
});

Deno.test("measureSpeedup() returns how many times as fast a model is", async () => {
  const device = await openDevice({ device: "cpu" });
  const shape = { batchSize: 2, microBatchSize: 2, sequenceLength: 32, maxPredictions: 5 };
  const deep = { ...smoke, numHiddenLayers: 24, numHiddenGroups: 1 };
  const flat = { ...deep, numHiddenLayers: 1 };
  const options = { ...shape, memoryBytes: Infinity };
  const fast = await measureSpeedup(device, flat, deep, options);
  const slow = await measureSpeedup(device, deep, flat, options);
  assertEquals(fast.method, "whole step");
  // 24 layers take several times as long as one, on any machine.
  assert(fast.speedup > 1.5 && slow.speedup < 1 / 1.5, `${fast.speedup}, ${slow.speedup}`);
  assertEquals(device.memory().persistentBytes, 0);
  await device.destroy();
});

/** A device whose memory is exhausted after a number of buffers. */
class SmallDevice extends PlanningDevice {
  constructor(private buffers: number) {
    super();
  }
  override allocate(...[length, type, label]: Allocation): DeviceBuffer {
    if (this.buffers-- === 0) throw new DeviceError(`Cannot allocate buffer "${label}"`);
    return super.allocate(length, type, label);
  }
}

Deno.test("a model that does not fit into memory leaves nothing allocated, whichever buffer failed", async () => {
  const shape = { batchSize: 2, microBatchSize: 2, sequenceLength: 32, maxPredictions: 5 };
  const labels: string[] = [];
  for (let buffers = 0;; buffers++) {
    const device = new SmallDevice(buffers);
    const timed = measureThroughput(device, smoke, { ...shape, memoryBytes: Infinity, rounds: 1 });
    if (labels.includes("metrics")) {
      await timed;
      break;
    }
    const { message } = await assertRejects(() => timed, DeviceError);
    labels.push(message.split('"')[1]);
    assertEquals(device.memory().persistentBytes, 0, message);
  }
  assertEquals(labels.slice(0, 2), ["parameters", "gradients"]);
  assertEquals(labels.at(-1), "metrics");
  assertEquals(labels.length, 12);
});
