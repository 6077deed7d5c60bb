import type { TunedRun } from "../../src/device/mod.ts";
import { defineCommand } from "./command.ts";
import { UsageError } from "./errors.ts";
import type { Flags, OptionTable } from "./options.ts";

const OPTIONS = {
  "--config <name>": {
    kind: "string",
    help: "Preset or config.json whose training step is tuned.",
    default: "nano",
  },
  "--batch-size <n>": {
    kind: "integer",
    help: "Examples on the device at once.",
    range: [1],
    default: 32,
  },
  "--max-seq-length <n>": {
    kind: "integer",
    help: "Tokens per example.",
    range: [5],
    defaultText: "the preset's",
  },
  "--fresh": { kind: "switch", help: "Repeat measurements that are in the cache." },
} as const satisfies OptionTable;

/** `albert tune` */
export default defineCommand({
  description: "Find the fastest kernel variants on this adapter and cache them.\n" +
    "Training tunes automatically between steps. Tuning does not change results.",
  options: OPTIONS,
  examples: { "Before a long run": "albert tune --config albert-base-v2 --batch-size 8" },
  action: tune,
});

/** Tunes every kernel of a training step that has several variants. */
async function tune(flags: Flags<typeof OPTIONS>): Promise<void> {
  if (flags.device === "cpu") {
    throw new UsageError("--device cpu cannot be tuned: its kernels have one variant each");
  }
  const { openDevice, Tuner, WebGpuDevice } = await import("../../src/device/mod.ts");
  const { planPretrainingStep } = await import("../../src/pretraining/mod.ts");
  const { namedConfig } = await import("./model_plan.ts");
  const { createProgress } = await import("./progress.ts");
  const { openTuningCache, tunedLine } = await import("./training_device.ts");
  const { config, sequenceLength, maxPredictions } = await namedConfig(
    flags.config,
    flags.maxSeqLength,
  );
  const tuner = new Tuner();
  const { variantOf, choiceVersion } = tuner;
  const device = await openDevice({ device: "webgpu", variantOf, choiceVersion });
  const progress = createProgress({ title: "tuning", unit: "kernel", quiet: flags.quiet });
  try {
    if (!(device instanceof WebGpuDevice)) return;
    const cache = openTuningCache(device);
    const known = await cache.read((line) => progress.log(line));
    tuner.start(device, flags.fresh ? new Map() : known);
    const { capabilities } = device.access;
    planPretrainingStep(config, flags.batchSize, sequenceLength, maxPredictions, {
      limits: device.limits,
      onRun: (kernel, { structural = {}, uniforms }) =>
        tuner.variantOf(kernel, { structural, uniforms, capabilities }),
    });
    const tuned: TunedRun[] = [];
    for (let next = await tuner.tuneNext(); next !== null; next = await tuner.tuneNext()) {
      tuned.push(next);
      progress.update(tuned.length, tunedLine(next));
      await cache.add(new Map([[next.key, next.chosen]]));
    }
    progress.end();
    const { adapter } = device.description;
    if (flags.json) return console.log(tunedJson(adapter, cache.path, tuned));
    for (const one of tuned) console.log(tunedLine(one));
    console.log(
      tuned.length === 0
        ? `${flags.config}: all kernels are already tuned for ${adapter} (${cache.path})`
        : `${flags.config}: tuned ${tuned.length} kernels for ${adapter} (${cache.path})`,
    );
  } finally {
    await device.destroy();
  }
}

function tunedJson(adapter: string, file: string, tuned: readonly TunedRun[]): string {
  const rows = tuned.map(({ milliseconds, ...one }) => ({
    ...one,
    milliseconds: Object.fromEntries(milliseconds),
  }));
  return JSON.stringify({ adapter, file, tuned: rows }, null, 2);
}
