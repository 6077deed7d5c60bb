/**
 * The device of a training command, its work between steps, and the number of examples that fit.
 *
 * On WebGPU, training uses the kernel variants that were fastest on this adapter. Kernels that were
 * not measured yet are measured between steps, within a small share of the run's time.
 *
 * @module
 */
import settingsFile from "../../deno.json" with { type: "json" };
import {
  type Device,
  type DeviceLimits,
  type MemoryUse,
  openDevice,
  type OpenDeviceOptions,
  type TunedRun,
  Tuner,
  WebGpuDevice,
} from "../../src/device/mod.ts";
import { TuningCache, tuningIdentity } from "../../src/device/disk.ts";
import { fromRank0, type ProcessGroup } from "../../src/distributed/mod.ts";
import { cacheFolder } from "../../src/files/mod.ts";
import { formatCount } from "../../src/json/mod.ts";
import { StepProfiler, writeProfile } from "../../src/runs/disk.ts";
import { fittingExamples } from "../../src/train/mod.ts";

/** The largest share of a run's time for tuning. */
const TUNING_SHARE = 0.05;
/** Expected time to tune the first kernel, in milliseconds. */
const EXPECTED_MILLISECONDS = 2000;

export interface TrainingDevice {
  readonly device: Device;
  /**
   * Returns the callback for the time between two steps: it tunes a kernel if one is due, or
   * profiles steps into the run folder.
   *
   * @param output the run folder
   */
  betweenSteps(output: string): (step: number) => Promise<void>;
  /** Returns a line about the kernels tuned so far, or null if there are none. */
  tuningSummary(): string | null;
}

/** Options of {@linkcode openTrainingDevice}. */
export interface TrainingDeviceOptions extends OpenDeviceOptions {
  /** Whether to use tuned kernel variants and to tune the others; if not, every kernel uses its default variant. */
  readonly tune: boolean;
  /** Whether to profile some steps of each run instead of tuning. */
  readonly profile: boolean;
  /** Whether to log each tuned kernel. */
  readonly verbose?: boolean;
  /** Receives log lines. */
  readonly log: (line: string) => void;
}

/** Opens a device and the tuning cache of its adapter. */
export async function openTrainingDevice(
  { tune, profile, verbose = false, log, ...options }: TrainingDeviceOptions,
): Promise<TrainingDevice> {
  const tuner = new Tuner();
  const tuned = new TunedKernels();
  const { variantOf, choiceVersion } = tuner;
  const device = await openDevice(tune ? { ...options, variantOf, choiceVersion } : options);
  let tuneNext = () => Promise.resolve();
  if (tune && device instanceof WebGpuDevice) {
    const cache = openTuningCache(device);
    tuner.start(device, await cache.read(log));
    tuneNext = tuningBetweenSteps(device, tuner, cache, {
      log,
      onTuned: (run, seconds) => {
        tuned.add(run, seconds);
        if (verbose) log(`Tuned ${tunedLine(run)}; ${tuner.waiting} left`);
      },
    });
  }
  const betweenSteps = (output: string) => profile ? profiling(device, output, log) : tuneNext;
  return { device, betweenSteps, tuningSummary: () => tuned.summary() };
}

/** Counts tuned kernels and their gains. */
class TunedKernels {
  #seconds = 0;
  readonly #gains: number[] = [];

  add({ before, chosen, milliseconds }: TunedRun, seconds: number): void {
    this.#seconds += seconds;
    this.#gains.push(milliseconds.get(before)! / milliseconds.get(chosen)!);
  }

  /** `Tuned 43 kernels in 12.1 s: 5 are faster than before, by up to 1.31 times`. */
  summary(): string | null {
    if (this.#gains.length === 0) return null;
    const faster = this.#gains.filter((gain) => gain > 1);
    const count = this.#gains.length;
    const done = `Tuned ${formatCount(count, "kernel")} in ${this.#seconds.toFixed(1)} s`;
    return faster.length === 0
      ? `${done}: the default variants remain the fastest`
      : `${done}: ${faster.length} faster than before, by up to ${
        Math.max(...faster).toFixed(2)
      } times`;
  }
}

/** A run whose micro-batch size is chosen by the memory of the device. */
export interface Fitting {
  readonly device: Device;
  readonly group: ProcessGroup;
  /** Examples per optimizer step, of all ranks. */
  readonly batchSize: number;
  /** Returns the memory of a step with this many examples at once. */
  plan(examples: number, limits: DeviceLimits): MemoryUse;
  /** Receives log lines. */
  log(line: string): void;
}

/** Returns the largest micro-batch size that fits, as rank 0 finds it. Collective. */
export async function fitExamples(
  { device, group, batchSize, plan, log }: Fitting,
): Promise<number> {
  const part = Math.ceil(batchSize / group.size);
  const examples = await fromRank0(
    group,
    () => fittingExamples(device, part, plan, group.size),
  );
  log(`--micro-batch-size auto: ${examples} of ${part} examples at once`);
  return examples;
}

function profiling(
  device: Device,
  output: string,
  log: (line: string) => void,
): (step: number) => Promise<void> {
  const profiler = new StepProfiler(device);
  return async (step) => {
    const traced = await profiler.afterStep(step);
    if (traced === null) return;
    await writeProfile(output, traced);
    log(
      `Wrote a profile of ${traced.profile.steps} steps to ${output}/profile/trace.json for https://ui.perfetto.dev`,
    );
  };
}

/** Opens the tuning cache of the adapter. */
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
    ? `${chosen} remains the fastest`
    : `${chosen}, ${gain.toFixed(2)} times as fast as ${before}`;
  const rejected = wrong.length === 0 ? "" : ` (rejected for different bits: ${wrong.join(", ")})`;
  return `${key}: ${verdict}${rejected}`;
}

function tuningBetweenSteps(
  device: Device,
  tuner: Tuner,
  cache: TuningCache,
  { log, onTuned }: {
    readonly log: (line: string) => void;
    readonly onTuned: (run: TunedRun, seconds: number) => void;
  },
): () => Promise<void> {
  const started = performance.now();
  let spent = 0, measured = 0, writable = true, stopped = false;
  return async () => {
    if (stopped || tuner.waiting === 0) return;
    const expected = measured === 0 ? EXPECTED_MILLISECONDS : spent / measured;
    const start = performance.now();
    if (spent + expected > TUNING_SHARE * (start - started)) return;
    let tuned: TunedRun | null;
    try {
      tuned = await tuner.tuneNext();
    } catch (error) {
      // A device that is nearly full may have no memory left for tuning. Training continues.
      stopped = true;
      await device.settled().catch(() => {/* the same error */});
      log(`Autotuning stopped: ${(error as Error).message}`);
      return;
    }
    if (tuned === null) return;
    measured++;
    onTuned(tuned, (performance.now() - start) / 1000);
    if (writable) {
      await cache.add(new Map([[tuned.key, tuned.chosen]])).catch(({ message }) => {
        writable = false;
        log(`${message}: the next run will tune again`);
      });
    }
    spent += performance.now() - start;
  };
}
