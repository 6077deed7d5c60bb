/**
 * The device that a command trains on: on WebGPU, with the variants of kernels that were measured to be fastest on this machine. What has not been measured yet is
 * measured between steps, in a small share of the run's time.
 *
 * @module
 */
import settingsFile from "../../deno.json" with { type: "json" };
import {
  type Device,
  openDevice,
  type OpenDeviceOptions,
  type TunedRun,
  Tuner,
  WebGpuDevice,
} from "../../src/device/mod.ts";
import { TuningCache, tuningIdentity } from "../../src/device/webgpu/tuner/tuning_cache.ts";
import { cacheFolder } from "../../src/files/mod.ts";

/** The largest share of a run's time that measuring may take. */
const MOST_SHARE = 0.05;
/** What measuring one kernel is thought to take before one was measured, in milliseconds. */
const EXPECTED_MILLISECONDS = 2000;

/** A device, and what it wants to do between two steps. */
export interface TrainingDevice {
  readonly device: Device;
  /** Measures a kernel where that is due. To be called while nothing is recorded. */
  betweenSteps(): Promise<void>;
}

/** Options of {@linkcode openTrainingDevice}. */
export interface TrainingDeviceOptions extends OpenDeviceOptions {
  /** Whether kernels take the variants that were measured; off, each takes the one that it has by rule. */
  readonly tune: boolean;
  /** Told in a sentence what a person may want to know. */
  readonly say: (sentence: string) => void;
}

/** Opens the device, and what is remembered of its adapter. */
export async function openTrainingDevice(
  { tune, say, ...options }: TrainingDeviceOptions,
): Promise<TrainingDevice> {
  const tuner = new Tuner();
  const device = await openDevice(tune ? { ...options, variantOf: tuner.variantOf } : options);
  if (!tune || !(device instanceof WebGpuDevice)) {
    return { device, betweenSteps: () => Promise.resolve() };
  }
  const cache = openTuningCache(device);
  tuner.start(device, await cache.read(say));
  return { device, betweenSteps: tuningInTurns(tuner, cache, say) };
}

/** The file that remembers what was measured on a device's adapter. */
export function openTuningCache(device: WebGpuDevice): TuningCache {
  return new TuningCache(
    `${cacheFolder()}/tuning`,
    tuningIdentity(device.access, settingsFile.version),
  );
}

/** `matmul.matmul transpose_b m≤2048 n≤256 k≤1024 batch≤1: texture_subgroup_narrow, 1.12 times as fast as texture_subgroup`. */
export function tunedLine({ key, before, chosen, milliseconds, wrong }: TunedRun): string {
  const gain = milliseconds.get(before)! / milliseconds.get(chosen)!;
  const verdict = chosen === before
    ? `${chosen} stays`
    : `${chosen}, ${gain.toFixed(2)} times as fast as ${before}`;
  const faults = wrong.length === 0 ? "" : ` (other bits, not taken: ${wrong.join(", ")})`;
  return `${key}: ${verdict}${faults}`;
}

function tuningInTurns(
  tuner: Tuner,
  cache: TuningCache,
  say: (sentence: string) => void,
): () => Promise<void> {
  const started = performance.now();
  let spent = 0, measured = 0, remembers = true;
  return async () => {
    if (tuner.waiting === 0) return;
    const expected = measured === 0 ? EXPECTED_MILLISECONDS : spent / measured;
    const start = performance.now();
    if (spent + expected > MOST_SHARE * (start - started)) return;
    const tuned = await tuner.tuneNext();
    if (tuned === null) return;
    measured++;
    say(`tuned ${tunedLine(tuned)}; ${tuner.waiting} to go`);
    if (remembers) {
      await cache.add(new Map([[tuned.key, tuned.chosen]])).catch(({ message }) => {
        // Who may not write it trains all the same.
        remembers = false;
        say(`${message}: the next run will measure again`);
      });
    }
    spent += performance.now() - start;
  };
}
