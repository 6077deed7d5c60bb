import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  ADAPTER_NAMES,
  type DescribedAdapter,
  DispatchPlan,
  namedAdapter,
  type ProfiledRun,
  readAdapter,
} from "../../../src/device/mod.ts";
import { presetConfig } from "../../../src/model/mod.ts";
import { OPTIMIZER_DEFAULTS } from "../../../src/optim/mod.ts";
import {
  largestPretrainingBatch,
  planPretrainingStep,
  PRETRAINING,
} from "../../../src/pretraining/mod.ts";
import { Trainer } from "../../../src/train/mod.ts";
import { testGpu } from "./with_gpu.ts";

const CONFIG = { ...presetConfig("nano"), numHiddenLayers: 4 };
const BATCH = 3, LENGTH = 32, PREDICTIONS = 5;

function planOn(adapter: DescribedAdapter, precision: "f32" | "f16" = "f32") {
  const plan = new DispatchPlan(adapter);
  planPretrainingStep(CONFIG, BATCH, LENGTH, PREDICTIONS, {
    limits: adapter.limits,
    onRun: (kernel, run) => plan.add(kernel, run),
    precision,
  });
  return plan.dispatches;
}

testGpu("dispatches what a plan for its description lists", async (device) => {
  const runs: string[] = [];
  const shape = { sequenceLength: LENGTH, maxPredictions: PREDICTIONS, padId: CONFIG.padTokenId };
  const trainer = new Trainer(device, CONFIG, PRETRAINING, {
    seed: 0,
    schedule: { peakLearningRate: 1, warmupSteps: 0, totalSteps: 1 },
    loggingSteps: 1,
    optimizer: OPTIMIZER_DEFAULTS,
  });
  device.startProfile(({ kernel, variant }: ProfiledRun) => runs.push(`${kernel}/${variant}`));
  trainer.trainStep([largestPretrainingBatch(CONFIG, BATCH, shape)]);
  await device.endProfile();
  trainer.free();
  const { info, limits } = (await navigator.gpu.requestAdapter())!;
  const described = readAdapter(
    JSON.stringify({
      info: {
        ...{ vendor: info.vendor, architecture: info.architecture, device: info.device },
        description: info.description,
        ...{ subgroupMinSize: info.subgroupMinSize, subgroupMaxSize: info.subgroupMaxSize },
      },
      features: [...device.access.gpu.features],
      limits: Object.fromEntries(
        Object.keys(Object.getPrototypeOf(limits))
          .map((name) => [name, limits[name as keyof GPUSupportedLimits]])
          .filter(([, value]) => typeof value === "number"),
      ),
    }),
    "this adapter",
  );
  assertEquals(described.capabilities, device.access.capabilities);
  assertEquals(described.limits, device.limits);
  const planned = planOn(described).map(({ kernel, variant }) => `${kernel.name}/${variant.name}`);
  assert(runs.length > 100);
  assertEquals(planned, runs);
});

Deno.test("every named adapter plans a step in both precisions", () => {
  for (const name of ADAPTER_NAMES) {
    const adapter = namedAdapter(name)!;
    for (const precision of ["f32", "f16"] as const) {
      const dispatches = planOn(adapter, precision);
      assert(dispatches.length > 100, name);
      for (const { kernel, variant, workgroups, invocations } of dispatches) {
        const size = invocations / workgroups;
        const label = `${kernel.name}/${variant.name} on ${name}: ${size}`;
        assert(Number.isInteger(size) && size >= 1, label);
        assert(size <= adapter.capabilities.maxInvocationsPerWorkgroup, label);
      }
    }
  }
  assertEquals(namedAdapter("toString"), undefined);
});

Deno.test("a step of albert-base needs at most 400 dispatches on graphics cards", () => {
  for (const name of ["rdna3", "sm86", "arc", "apple-m"] as const) {
    const adapter = namedAdapter(name)!;
    const plan = new DispatchPlan(adapter);
    planPretrainingStep(presetConfig("albert-base-v2"), 8, 128, 20, {
      limits: adapter.limits,
      onRun: (kernel, run) => plan.add(kernel, run),
    });
    const { length } = plan.dispatches;
    assert(length > 300 && length <= 400, `${name}: ${length} dispatches`);
  }
});

Deno.test("a step uses subgroups only where all have the same size", () => {
  const sizes = ADAPTER_NAMES.map((name) => [name, namedAdapter(name)!.capabilities.subgroupSize]);
  assertEquals(Object.fromEntries(sizes), {
    "rdna3": null,
    "sm86": 32,
    "arc": null,
    "apple-m": null,
    "mali": 16,
    "adreno": null,
    "llvmpipe": 8,
  });
});

Deno.test("a description without limits has those that WebGPU guarantees", () => {
  const adapter = readAdapter(`{"name": "least", "vendor": "none"}`, "file.json");
  assertEquals(adapter.name, "least");
  assertEquals(adapter.maxStorageBuffers, 8);
  assertEquals(adapter.limits, {
    maxBufferBytes: 2 ** 28,
    maxBindingBytes: 2 ** 27,
    fillingWorkgroups: 288,
  });
  const { subgroupSize, shaderF16, maxInvocationsPerWorkgroup } = adapter.capabilities;
  assertEquals([subgroupSize, shaderF16, maxInvocationsPerWorkgroup], [null, false, 256]);
  assertEquals(readAdapter("{}", "file.json").name, "file.json");
});

Deno.test("a plan reports what exceeds the described limits", () => {
  const few = readAdapter(`{"limits": {"maxStorageBuffersPerShaderStage": 2}}`, "few.json");
  assertThrows(() => planOn(few), Error, "storage buffers, which exceed this adapter's limit of 2");
  const small = readAdapter(`{"limits": {"maxBufferSize": 65536}}`, "small.json");
  assertThrows(() => planOn(small), RangeError, "exceed this device's limit of 65536 bytes");
});

Deno.test("readAdapter() names the file and the wrong field", () => {
  const cases: readonly [text: string, reason: string][] = [
    ["[]", "it must be a JSON object, got []"],
    ["{", "JSON"],
    [`{"subgroups": 32}`, 'unknown field "subgroups", expected one of name, vendor,'],
    [`{"vendor": 4098}`, "vendor must be a string, got 4098"],
    [`{"info": 3}`, "info must be an object, got 3"],
    [`{"features": "shader-f16"}`, 'features must be a list of strings, got "shader-f16"'],
    [`{"limits": [1]}`, "limits must be an object, got [1]"],
    [`{"limits": {"maxBufferSize": -1}}`, "limits.maxBufferSize must be a non-negative integer"],
    [
      `{"subgroupMinSize": 24, "subgroupMaxSize": 32}`,
      "subgroupMinSize must be a power of two up to 128, got 24",
    ],
    [`{"subgroupMinSize": 32}`, "must be given together, the smaller first, got 32 and null"],
    [`{"subgroupMinSize": 64, "subgroupMaxSize": 32}`, "the smaller first, got 64 and 32"],
  ];
  for (const [text, reason] of cases) {
    const error = assertThrows(() => readAdapter(text, "gpu.json"), SyntaxError, reason);
    assert(error.message.startsWith("gpu.json is not a valid description of an adapter: "));
    assert(!error.message.includes("\n"));
  }
});
