/**
 * What an operation is given beside its tensors: the device, the tape when gradients are wanted, and the randomness of dropout.
 *
 * @module
 */
import type { Uniforms } from "../../kernels/mod.ts";
import type { Device } from "../device/mod.ts";
import type { HalfPrecision } from "./half_precision.ts";
import type { Tape } from "./tape.ts";

/** The surroundings of an operation. */
export interface Scope {
  /** Where operations run. */
  readonly device: Device;
  /** Absent in evaluation: nothing is kept for backward. */
  readonly tape?: Tape;
  /** Absent in evaluation: dropout does nothing. */
  readonly dropout?: DropoutRandom;
  /** Present where the products of dense layers and of the vocabulary are to be taken in half precision. */
  readonly half?: HalfPrecision;
  /** What of the forward pass is computed again in backward instead of kept; nothing where absent. */
  readonly recompute?: Recompute;
}

/** What is computed twice to need less memory: whole layers, their attention, or nothing. Results are the same to the bit. */
export type Recompute = "layers" | "attention" | "none";

/** Names of {@linkcode Recompute}. */
export const RECOMPUTE_NAMES: readonly Recompute[] = ["layers", "attention", "none"];

/**
 * Source of dropout masks: a counter, not a state. A mask depends on the seed, the step, which dropout of the forward pass it is, the
 * example's index in the step's whole batch and the element's place in the example, so it is the same however a batch is divided.
 */
export class DropoutRandom {
  #stream = 0;

  /**
   * Starts at the first dropout of a forward pass.
   *
   * @param seed any integer below 2^53.
   * @param step optimizer step, from 0.
   * @param firstExample index, within the step's whole batch, of the first example of this micro-batch.
   */
  constructor(readonly seed: number, readonly step: number, readonly firstExample: number) {}

  /** The same source at the place that it has reached; neither moves the other on. */
  copy(): DropoutRandom {
    const copy = new DropoutRandom(this.seed, this.step, this.firstExample);
    copy.#stream = this.#stream;
    return copy;
  }

  /** Random uniforms of the next dropout in forward order; keep them for backward. */
  next(probability: number, rowsPerExample: number): Uniforms {
    return dropoutUniforms(
      this.seed,
      this.#stream++,
      this.step,
      this.firstExample,
      rowsPerExample,
      probability,
    );
  }
}

/** The uniforms of a kernel that would drop out but does not: structurally present, never read. */
export const NO_DROPOUT: Uniforms = dropoutUniforms(0, 0, 0, 0, 1, 0);

function dropoutUniforms(
  seed: number,
  stream: number,
  step: number,
  firstExample: number,
  rowsPerExample: number,
  probability: number,
): Uniforms {
  return {
    seed_low: seed >>> 0,
    seed_high: Math.floor(seed / 2 ** 32) >>> 0,
    stream,
    step,
    first_example: firstExample,
    rows_per_example: rowsPerExample,
    threshold: Math.min(Math.round(probability * 2 ** 32), 2 ** 32 - 1),
    keep_scale: 1 / (1 - probability),
  };
}
