/**
 * Sums up runs by kernel and variant, for the profiles of all devices.
 *
 * @module
 */
import type { Kernel, Structural, Uniforms } from "../../kernels/mod.ts";
import type { KernelProfile, ProfiledRun } from "./device.ts";

type Totals = { -readonly [K in keyof KernelProfile]: KernelProfile[K] };

/** The part of a recorded run that a profile needs. */
interface Profiled {
  readonly kernel: Kernel;
  readonly structural: Structural;
  readonly uniforms: Uniforms;
}

/** A profile in progress. */
export class Profile {
  readonly #totals = new Map<string, Totals>();
  readonly #onRun: ((run: ProfiledRun) => void) | undefined;

  /** `onRun` is called for every added run. */
  constructor(onRun?: (run: ProfiledRun) => void) {
    this.#onRun = onRun;
  }

  /** Adds a run. `start` and `time` are in milliseconds. */
  add(
    { kernel, structural, uniforms }: Profiled,
    variant: string,
    start: number,
    time: number,
  ): void {
    const names = { kernel: kernel.name, variant };
    const key = `${kernel.name}/${variant}`;
    let totals = this.#totals.get(key);
    if (totals === undefined) {
      totals = { ...names, calls: 0, milliseconds: 0, flops: 0, bytes: 0 };
      this.#totals.set(key, totals);
    }
    const { flops, bytes } = kernel.work(uniforms, structural);
    totals.calls++;
    totals.milliseconds += time;
    totals.flops += flops;
    totals.bytes += bytes;
    this.#onRun?.({ ...names, start, milliseconds: time, flops, bytes });
  }

  /** Totals per kernel and variant, longest first, otherwise in order of their first run. */
  list(): readonly KernelProfile[] {
    return [...this.#totals.values()].sort((a, b) => b.milliseconds - a.milliseconds);
  }
}
