/**
 * The work of `albert tune`.
 *
 * @module
 */
import { openDevice, type TunedRun, Tuner, WebGpuDevice } from "../../src/device/mod.ts";
import { planStep } from "../../src/train/mod.ts";
import { UsageError } from "./errors.ts";
import { namedConfig } from "./model_plan.ts";
import { createProgress } from "./progress.ts";
import { openTuningCache, tunedLine } from "./training_device.ts";
import type { TuneFlags } from "./tune.ts";

/** Tunes every kernel of a training step that has several variants. */
export async function runTune(flags: TuneFlags): Promise<void> {
  if (flags.device === "cpu") {
    throw new UsageError("--device cpu cannot be tuned: its kernels have one variant each");
  }
  const { config, sequenceLength, maxPredictions } = await namedConfig(
    flags.config,
    flags.maxSeqLength,
  );
  const tuner = new Tuner();
  const device = await openDevice({ device: "webgpu", variantOf: tuner.variantOf });
  const progress = createProgress({ title: "tuning", unit: "kernel", quiet: flags.quiet });
  try {
    if (!(device instanceof WebGpuDevice)) return;
    const cache = openTuningCache(device);
    const known = await cache.read((line) => progress.say(line));
    tuner.start(device, flags.fresh ? new Map() : known);
    const { capabilities } = device.access;
    planStep(config, flags.batchSize, sequenceLength, maxPredictions, {
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
    report(flags, device.description.adapter, cache.path, tuned);
  } finally {
    await device.destroy();
  }
}

function report(
  { json, config }: TuneFlags,
  adapter: string,
  file: string,
  tuned: readonly TunedRun[],
): void {
  if (json) {
    const rows = tuned.map(({ milliseconds, ...one }) => ({
      ...one,
      milliseconds: Object.fromEntries(milliseconds),
    }));
    console.log(JSON.stringify({ adapter, file, tuned: rows }, null, 2));
    return;
  }
  for (const one of tuned) console.log(tunedLine(one));
  console.log(
    tuned.length === 0
      ? `${config}: all kernels are already tuned for ${adapter} (${file})`
      : `${config}: tuned ${tuned.length} kernels for ${adapter} (${file})`,
  );
}
