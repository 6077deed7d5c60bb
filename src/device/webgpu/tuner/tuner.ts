/**
 * Finds the fastest variant for each run of a device. Runs use the default variant until they have been measured. Only variants that
 * agree bit for bit replace each other, so neither timing nor cached choices change results.
 *
 * @module
 */
import type { Kernel, Variant, VariantContext } from "../../../../kernels/mod.ts";
import { defaultVariant } from "../choose.ts";
import type { WebGpuDevice } from "../webgpu_device.ts";
import { candidates, choiceKey } from "./candidates.ts";
import { type CandidateTimes, measureCandidates, type TuningCase } from "./measure_candidates.ts";

/** The result of tuning one run. */
export interface TunedRun extends CandidateTimes {
  /** Key of the runs that share the choice. */
  readonly key: string;
  /** Name of the kernel. */
  readonly kernel: string;
  /** The default variant. */
  readonly before: string;
  /** The variant that runs use from now on. */
  readonly chosen: string;
}

/** Minimum speedup of a variant that replaces the default. Smaller differences are noise. */
const MIN_SPEEDUP = 1.05;

/** Maximum memory for measuring one run, in bytes. */
const MAX_BYTES = 512 * 2 ** 20;

/** Tunes one device. Pass {@linkcode Tuner.variantOf} and {@linkcode Tuner.choiceVersion} to the device, then call {@linkcode Tuner.start}. */
export class Tuner {
  readonly #choices = new Map<string, string>();
  readonly #waiting = new Map<string, TuningCase>();
  #device: WebGpuDevice | null = null;
  #forced: Variant | null = null;
  #version = 0;

  /** The `choiceVersion` of {@linkcode WebGpuOptions}. */
  readonly choiceVersion = (): number => this.#version;

  /** The `variantOf` of {@linkcode WebGpuOptions}. */
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
    // Variants may support only some of the sizes that share a key, and cached choices may come from another version.
    const fits = variant !== undefined && variant.supports(context) &&
      variant.numerics === defaultVariant(kernel, context)?.numerics;
    return fits ? variant : undefined;
  };

  /** Starts choosing for a device. `remembered` has choices of earlier processes: variant by key. */
  start(device: WebGpuDevice, remembered: ReadonlyMap<string, string> = new Map()): void {
    this.#device = device;
    this.#version++;
    for (const [key, variant] of remembered) this.#choices.set(key, variant);
  }

  /** Number of runs that are waiting to be measured. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Variant by key. */
  get choices(): ReadonlyMap<string, string> {
    return this.#choices;
  }

  /**
   * Measures the run that has been waiting longest. Returns null if none is waiting. Must be called while nothing is recorded.
   *
   * @throws {DeviceError} if the device fails.
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
      this.#version++;
      try {
        record();
      } finally {
        this.#forced = null;
        this.#version++;
      }
    });
    const before = possible[0].name;
    const chosen = fastest(times.milliseconds, before);
    this.#waiting.delete(key);
    this.#choices.set(key, chosen);
    this.#version++;
    return { ...times, key, kernel: kernel.name, before, chosen };
  }

  #note(key: string, kernel: Kernel, context: VariantContext): void {
    const { structural, uniforms } = context;
    const lengths = kernel.lengths(uniforms, structural);
    const bytes = Object.values(lengths).reduce((sum, length) => sum + 4 * length, 0);
    const possible = candidates(kernel, context);
    if (possible.length > 1 && bytes <= MAX_BYTES) {
      this.#waiting.set(key, { kernel, structural, uniforms });
    } else if (possible.length > 0) this.#choices.set(key, possible[0].name);
  }
}

function fastest(milliseconds: ReadonlyMap<string, number>, before: string): string {
  const [[name, least]] = [...milliseconds].sort(([, a], [, b]) => a - b);
  return milliseconds.get(before)! > MIN_SPEEDUP * least ? name : before;
}
