/**
 * Profiles of training steps: `profile/profile.json`, which the report draws, and `profile/trace.json` for https://ui.perfetto.dev.
 *
 * @module
 */
import type { Device, Holder, KernelProfile, MemoryUse, ProfiledRun } from "../device/mod.ts";
import { atomicWriteFile } from "../files/mod.ts";

/** Time and memory of some training steps. */
export interface RunProfile {
  /** The device, such as `webgpu: llvmpipe`. */
  readonly device: string;
  /** The first profiled step. */
  readonly firstStep: number;
  /** Number of profiled steps. */
  readonly steps: number;
  /** Time and memory traffic by kernel and variant, summed over all profiled steps, longest first. */
  readonly kernels: readonly KernelProfile[];
  /** Memory in use after the last profiled step. */
  readonly memory: MemoryUse;
  /** Allocated bytes by label at the moment of peak memory, largest first. */
  readonly holders: readonly Holder[];
}

/** A profile and the kernel runs that it sums up. */
export interface TracedProfile {
  /** Totals of the recorded steps. */
  readonly profile: RunProfile;
  /** In order of execution. */
  readonly runs: readonly ProfiledRun[];
}

/** Unprofiled steps at the start: the first compiles pipelines, the second fills the buffer pool. */
const SKIPPED_STEPS = 2;
const PROFILED_STEPS = 3;

/** Profiles steps 3 to 5 of a run. Each kernel run is timed separately, which slows these steps down and changes no result. */
export class StepProfiler {
  readonly #device: Device;
  readonly #runs: ProfiledRun[] = [];
  #done = 0;
  #firstStep = 0;

  /** Creates the profiler of a device. */
  constructor(device: Device) {
    this.#device = device;
  }

  /**
   * Counts a step. Call it after every step.
   *
   * @param step the completed step
   * @returns the profile after its last step, null after every other step
   */
  async afterStep(step: number): Promise<TracedProfile | null> {
    this.#done++;
    if (this.#done === SKIPPED_STEPS) {
      this.#firstStep = step + 1;
      this.#device.startProfile((run) => this.#runs.push(run));
    }
    if (this.#done !== SKIPPED_STEPS + PROFILED_STEPS) return null;
    const kernels = await this.#device.endProfile();
    const { kind, adapter } = this.#device.description;
    return {
      profile: {
        device: `${kind}: ${adapter}`,
        firstStep: this.#firstStep,
        steps: PROFILED_STEPS,
        kernels,
        memory: this.#device.memory(),
        holders: holdersByLabel(this.#device.holdersAtPeak()),
      },
      runs: this.#runs,
    };
  }
}

/** Sums allocations with equal labels: a model has many buffers of one kind. */
function holdersByLabel(holders: readonly Holder[]): Holder[] {
  const sums = new Map<string, number>();
  for (const { label, bytes } of holders) sums.set(label, (sums.get(label) ?? 0) + bytes);
  return [...sums].map(([label, bytes]) => ({ label, bytes })).sort((a, b) => b.bytes - a.bytes);
}

const FOLDER = "profile";

/**
 * Writes `profile/profile.json` and `profile/trace.json` into a run folder.
 *
 * @throws {Error} If a file cannot be written; the message names it.
 */
export async function writeProfile(runFolder: string, traced: TracedProfile): Promise<void> {
  const folder = `${runFolder}/${FOLDER}`;
  await Deno.mkdir(folder, { recursive: true });
  await atomicWriteFile(`${folder}/trace.json`, traceJson(traced));
  const text = `${JSON.stringify(traced.profile, null, 2)}\n`;
  await atomicWriteFile(`${folder}/profile.json`, text);
}

/** Reads the profile of a run folder; returns null if there is none or it cannot be parsed. */
export async function readProfile(runFolder: string): Promise<RunProfile | null> {
  try {
    const found = JSON.parse(await Deno.readTextFile(`${runFolder}/${FOLDER}/profile.json`));
    return Array.isArray(found?.kernels) && Array.isArray(found.holders) ? found : null;
  } catch {
    return null;
  }
}

/** An entry of a trace. */
interface TraceEvent {
  readonly name: string;
  /** `X` is a slice with a duration, `C` a counter, `M` the name of a track, `i` an instant. */
  readonly ph: "X" | "C" | "M" | "i";
  readonly pid: number;
  readonly tid?: number;
  /** Microseconds. */
  readonly ts?: number;
  /** Microseconds. */
  readonly dur?: number;
  readonly cat?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

const PROCESS = 1;
const KERNELS = 1;

/**
 * A profile as JSON in the Trace Event Format: a slice per kernel run, and memory at its peak by label.
 *
 * Source: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
export function traceJson({ profile, runs }: TracedProfile): string {
  const { device, memory, holders, firstStep, steps } = profile;
  const names: TraceEvent[] = [
    { name: "process_name", ph: "M", pid: PROCESS, args: { name: device } },
    { name: "thread_name", ph: "M", pid: PROCESS, tid: KERNELS, args: { name: "kernels" } },
  ];
  const slices = runs.map((run): TraceEvent => ({
    name: run.kernel,
    cat: run.kernel.split(".")[0],
    ph: "X",
    pid: PROCESS,
    tid: KERNELS,
    ts: 1000 * run.start,
    dur: 1000 * run.milliseconds,
    args: {
      variant: run.variant,
      gigaflops_per_second: rate(run.flops, run.milliseconds),
      gigabytes_per_second: rate(run.bytes, run.milliseconds),
      bytes: run.bytes,
    },
  }));
  const start = slices[0]?.ts ?? 0;
  const allocated: TraceEvent[] = [
    {
      name: "device memory",
      ph: "C",
      pid: PROCESS,
      ts: start,
      args: { persistent: memory.persistentBytes, temporary: memory.temporaryBytes },
    },
    {
      name: "peak memory by label",
      ph: "i",
      pid: PROCESS,
      tid: KERNELS,
      ts: start,
      args: Object.fromEntries(holders.map(({ label, bytes }) => [label, bytes])),
    },
  ];
  const otherData = { firstStep, steps, peakBytes: memory.peakBytes };
  return JSON.stringify({
    displayTimeUnit: "ms",
    otherData,
    traceEvents: [...names, ...slices, ...allocated],
  });
}

/** Billions per second. */
function rate(amount: number, milliseconds: number): number {
  return milliseconds > 0 ? amount / milliseconds / 1e6 : 0;
}
