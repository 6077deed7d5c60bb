/**
 * The device that a command trains on, with what it does beside training. It computes: on WebGPU, with the variants of kernels that were measured to be fastest on this machine. What has not been measured yet is
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
import { TuningCache, tuningIdentity } from "../../src/device/disk.ts";
import { cacheFolder } from "../../src/files/mod.ts";
import { StepProfiler, writeProfile } from "../../src/runs/disk.ts";

/** The largest share of a run's time that measuring may take. */
const MOST_SHARE = 0.05;
/** What measuring one kernel is thought to take before one was measured, in milliseconds. */
const EXPECTED_MILLISECONDS = 2000;

/** A device, and what it wants to do between two steps. */
export interface TrainingDevice {
  readonly device: Device;
  /**
   * What is to be done after each step of a run, while nothing is recorded: measuring a kernel where that is due, or taking a profile into the run folder.
   *
   * @param output the run folder
   */
  betweenSteps(output: string): (step: number) => Promise<void>;
}

/** Options of {@linkcode openTrainingDevice}. */
export interface TrainingDeviceOptions extends OpenDeviceOptions {
  /** Whether kernels take the variants that were measured; off, each takes the one that it has by rule. */
  readonly tune: boolean;
  /** Whether to profile some steps of each run; nothing is measured meanwhile. */
  readonly profile: boolean;
  /** Told in a sentence what a person may want to know. */
  readonly say: (sentence: string) => void;
}

/** Opens the device, and what is remembered of its adapter. */
export async function openTrainingDevice(
  { tune, profile, say, ...options }: TrainingDeviceOptions,
): Promise<TrainingDevice> {
  const tuner = new Tuner();
  const device = await openDevice(tune ? { ...options, variantOf: tuner.variantOf } : options);
  let measure = () => Promise.resolve();
  if (tune && device instanceof WebGpuDevice) {
    const cache = openTuningCache(device);
    tuner.start(device, await cache.read(say));
    measure = tuningInTurns(device, tuner, cache, say);
  }
  const betweenSteps = (output: string) => profile ? profiling(device, output, say) : measure;
  return { device, betweenSteps };
}

function profiling(
  device: Device,
  output: string,
  say: (sentence: string) => void,
): (step: number) => Promise<void> {
  const profiler = new StepProfiler(device);
  return async (step) => {
    const traced = await profiler.afterStep(step);
    if (traced === null) return;
    await writeProfile(output, traced);
    say(`${output}/profile/trace.json: ${traced.profile.steps} steps for https://ui.perfetto.dev`);
  };
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
  device: Device,
  tuner: Tuner,
  cache: TuningCache,
  say: (sentence: string) => void,
): () => Promise<void> {
  const started = performance.now();
  let spent = 0, measured = 0, remembers = true, stopped = false;
  return async () => {
    if (stopped || tuner.waiting === 0) return;
    const expected = measured === 0 ? EXPECTED_MILLISECONDS : spent / measured;
    const start = performance.now();
    if (spent + expected > MOST_SHARE * (start - started)) return;
    let tuned: TunedRun | null;
    try {
      tuned = await tuner.tuneNext();
    } catch (error) {
      // A device that is nearly full may have no room to measure in; it trains all the same, or says by itself that it cannot.
      stopped = true;
      await device.settled().catch(() => {/* the fault that was just caught */});
      say(`tuning stopped: ${(error as Error).message}`);
      return;
    }
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
