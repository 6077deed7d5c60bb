/**
 * Finds the fastest variant for the runs that a device is asked for. Until a run has been measured it gets the default at once. A choice is only ever made among
 * variants that agree bit for bit, so that neither a timing nor what is remembered changes a result.
 *
 * @module
 */
import type { Kernel, Variant, VariantContext } from "../../../../kernels/mod.ts";
import { defaultVariant } from "../choose.ts";
import type { WebGpuDevice } from "../webgpu_device.ts";
import { candidates, choiceKey } from "./candidates.ts";
import { type CandidateTimes, measureCandidates, type TuningCase } from "./measure_candidates.ts";

/** One run, tuned. */
export interface TunedRun extends CandidateTimes {
  /** What runs the choice is for. */
  readonly key: string;
  /** Its kernel's name. */
  readonly kernel: string;
  /** The variant it had by default. */
  readonly before: string;
  /** The variant it has now. */
  readonly chosen: string;
}

/** A variant must be so much faster to take the default's place: below it timings differ by chance. */
const LEAST_GAIN = 1.05;

/** Memory that measuring one run may take. */
const MOST_BYTES = 512 * 2 ** 20;

/** Chooses variants for one device: give its {@linkcode Tuner.variantOf} to the device, then {@linkcode Tuner.start} it. */
export class Tuner {
  readonly #choices = new Map<string, string>();
  readonly #waiting = new Map<string, TuningCase>();
  #device: WebGpuDevice | null = null;
  #forced: Variant | null = null;

  /** For {@linkcode WebGpuOptions}. */
  readonly variantOf = (kernel: Kernel, context: VariantContext): Variant | undefined => {
    if (this.#device === null) return undefined;
    if (this.#forced !== null) return this.#forced;
    const key = choiceKey(kernel, context.structural, context.uniforms);
    if (key === undefined) return undefined;
    const chosen = this.#choices.get(key);
    if (chosen === undefined) {
      if (!this.#waiting.has(key)) this.#note(key, kernel, context);
      return undefined;
    }
    const variant = kernel.variants.find(({ name }) => name === chosen);
    // Sizes of one class differ in what supports them, and what is remembered may be of another version.
    const fits = variant !== undefined && variant.supports(context) &&
      variant.numerics === defaultVariant(kernel, context)?.numerics;
    return fits ? variant : undefined;
  };

  /** Begins to choose for a device, with what earlier runs have found. */
  start(device: WebGpuDevice, remembered: ReadonlyMap<string, string> = new Map()): void {
    this.#device = device;
    for (const [key, variant] of remembered) this.#choices.set(key, variant);
  }

  /** Runs that have been asked for and not been measured. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Variant by what runs it is for. */
  get choices(): ReadonlyMap<string, string> {
    return this.#choices;
  }

  /**
   * Measures the run that has waited longest; null when none does. To be called while nothing is recorded.
   *
   * @throws {DeviceError} when the device fails.
   */
  async tuneNext(): Promise<TunedRun | null> {
    const device = this.#device;
    const [next] = this.#waiting;
    if (device === null || next === undefined) return null;
    const [key, tuned] = next;
    const { kernel, structural, uniforms } = tuned;
    const { capabilities } = device.access;
    const possible = candidates(kernel, { structural, uniforms, capabilities });
    const times = await measureCandidates(device, tuned, possible, (variant, record) => {
      this.#forced = variant;
      try {
        record();
      } finally {
        this.#forced = null;
      }
    });
    const before = possible[0].name;
    const chosen = fastest(times.milliseconds, before);
    this.#waiting.delete(key);
    this.#choices.set(key, chosen);
    return { ...times, key, kernel: kernel.name, before, chosen };
  }

  #note(key: string, kernel: Kernel, context: VariantContext): void {
    const { structural, uniforms } = context;
    const lengths = kernel.lengths(uniforms, structural);
    const bytes = Object.values(lengths).reduce((sum, length) => sum + 4 * length, 0);
    const possible = candidates(kernel, context);
    if (possible.length > 1 && bytes <= MOST_BYTES) {
      this.#waiting.set(key, { kernel, structural, uniforms });
    } else if (possible.length > 0) this.#choices.set(key, possible[0].name);
  }
}

function fastest(milliseconds: ReadonlyMap<string, number>, before: string): string {
  const [[name, least]] = [...milliseconds].sort(([, a], [, b]) => a - b);
  return milliseconds.get(before)! > LEAST_GAIN * least ? name : before;
}
