/**
 * The context of an operation: the device, the tape for gradients, and the random numbers of dropout.
 *
 * @module
 */
import type { Uniforms } from "../../kernels/mod.ts";
import type { Device } from "../device/mod.ts";
import type { HalfPrecision } from "./half_precision.ts";
import type { Tape } from "./tape.ts";

/** The context of an operation. */
export interface Scope {
  /** The device that runs the operation. */
  readonly device: Device;
  /** Records the operation for the backward pass; undefined in evaluation. */
  readonly tape?: Tape;
  /** Source of dropout masks; undefined in evaluation, which disables dropout. */
  readonly dropout?: DropoutRandom;
  /** Half-precision operands for the matmuls of dense layers and the vocabulary; undefined for float32. */
  readonly half?: HalfPrecision;
  /** Activations to recompute in the backward pass; default `none`. */
  readonly recompute?: Recompute;
}

/** Activations to recompute in the backward pass to save memory: whole layers, their attention, or none. Results are bit-identical. */
export type Recompute = "layers" | "attention" | "none";

/** All values of {@linkcode Recompute}. */
export const RECOMPUTE_NAMES: readonly Recompute[] = ["layers", "attention", "none"];

/**
 * Counter-based source of dropout masks. A mask depends on the seed, the step, the index of the dropout within the forward pass, the example's index in the step's
 * batch, and the element's position in the example. It does not depend on how a batch is divided into micro-batches.
 */
export class DropoutRandom {
  #stream = 0;

  /**
   * Starts at the first dropout of a forward pass.
   *
   * @param seed non-negative integer below 2^53
   * @param step optimizer step, from 0
   * @param firstExample index of this micro-batch's first example in the step's batch
   * @throws {RangeError} if an argument is not a non-negative integer below 2^53
   */
  constructor(readonly seed: number, readonly step: number, readonly firstExample: number) {
    for (const [name, value] of Object.entries({ seed, step, firstExample })) {
      if (!Number.isSafeInteger(value) || value < 0) {
        throw new RangeError(`${name} must be an integer from 0 to 2^53 - 1, got ${value}`);
      }
    }
  }

  /** Returns an independent copy at the current position. */
  copy(): DropoutRandom {
    const copy = new DropoutRandom(this.seed, this.step, this.firstExample);
    copy.#stream = this.#stream;
    return copy;
  }

  /**
   * Returns the kernel uniforms of the next dropout in forward order. The backward pass needs the same uniforms.
   *
   * @param probability dropout probability, in [0, 1)
   * @param rowsPerExample number of consecutive rows that belong to one example
   * @throws {RangeError} if the probability is not in [0, 1)
   */
  next(probability: number, rowsPerExample: number): Uniforms {
    if (!(probability >= 0 && probability < 1)) {
      throw new RangeError(`The dropout probability must be in [0, 1), got ${probability}`);
    }
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

/** Uniforms of a kernel variant without dropout, which requires but does not read them. */
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
