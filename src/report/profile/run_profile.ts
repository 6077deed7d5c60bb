/**
 * Where the time and the memory of some steps of a run went.
 *
 * @module
 */
import type { Device, Holder, KernelProfile, MemoryUse, ProfiledRun } from "../../device/mod.ts";

/** What was found. */
export interface RunProfile {
  /** The device, as `webgpu: llvmpipe`. */
  readonly device: string;
  /** First step that was profiled. */
  readonly firstStep: number;
  /** How many steps. */
  readonly steps: number;
  /** Time and traffic by kernel and variant over all of them, longest first. */
  readonly kernels: readonly KernelProfile[];
  /** In use at the end. */
  readonly memory: MemoryUse;
  /** Who held how much when the device held most, largest first. */
  readonly holders: readonly Holder[];
}

/** A profile and every run in it. */
export interface TracedProfile {
  /** The sums. */
  readonly profile: RunProfile;
  /** The runs in their order. */
  readonly runs: readonly ProfiledRun[];
}

/** Steps that a profile leaves out at the start: the first compiles, the second makes what later ones use again. */
const SKIPPED_STEPS = 2;
/** Steps that it takes. */
const PROFILED_STEPS = 3;

/**
 * Profiles some steps of a run: tell it of every step that is done. Each kernel run is timed by itself, which makes these steps slower and changes no result.
 */
export class StepProfiler {
  readonly #device: Device;
  readonly #runs: ProfiledRun[] = [];
  #done = 0;
  #firstStep = 0;

  /** Starts with the steps to come. */
  constructor(device: Device) {
    this.#device = device;
  }

  /** The profile, once, when its last step is done. */
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

/** Equal labels together: a model has many buffers of one kind. */
function holdersByLabel(holders: readonly Holder[]): Holder[] {
  const sums = new Map<string, number>();
  for (const { label, bytes } of holders) sums.set(label, (sums.get(label) ?? 0) + bytes);
  return [...sums].map(([label, bytes]) => ({ label, bytes })).sort((a, b) => b.bytes - a.bytes);
}
