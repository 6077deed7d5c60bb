/**
 * The dynamic loss scale of mixed-precision training (Micikevicius et al., arXiv 1710.03740).
 *
 * @module
 */
import { LOSS_SCALE_STATE, optimizerLossScale } from "../../kernels/mod.ts";
import { type Device, type DeviceBuffer, type View, whole } from "../device/mod.ts";

/** State of a loss scale. */
export interface LossScaleState {
  /** Factor of gradients in half precision, a power of two. */
  readonly scale: number;
  /** Number of steps since the scale last changed. */
  readonly goodSteps: number;
  /** Total number of skipped steps, in which a gradient was infinite or NaN. */
  readonly skippedSteps: number;
  /** Whether a step was not finite even at scale 1. No step updates the weights afterwards. */
  readonly gaveUp: boolean;
}

/** Initial and maximum scale, and growth interval: the initial values of PyTorch's GradScaler. */
const LARGEST = 2 ** 16;
const GROWTH_INTERVAL = 2000;

/** A loss scale on the device. Steps update it there, without a transfer to the host. */
export class LossScale {
  readonly #device: Device;
  readonly #state: DeviceBuffer;

  /** Starts at the maximum scale. */
  constructor(device: Device) {
    this.#device = device;
    this.#state = device.allocate(LOSS_SCALE_STATE, "f32", "loss scale");
    this.restore({ scale: LARGEST, goodSteps: 0, skippedSteps: 0, gaveUp: false });
  }

  /** The scale and its state, float32 on the device. */
  get view(): View {
    return whole(this.#state);
  }

  /**
   * Records the update at the end of a step.
   *
   * @param flag nonzero if a gradient was NaN or infinite; reset unless the scale has given up
   */
  update(flag: View): void {
    this.#device.run(optimizerLossScale, {
      bindings: { flag, state: whole(this.#state) },
      uniforms: { interval: GROWTH_INTERVAL, largest: LARGEST },
    });
  }

  /** Reads the state from the device. */
  async read(): Promise<LossScaleState> {
    const [scale, goodSteps, skippedSteps, gaveUp] = await this.#device.read(whole(this.#state));
    return { scale, goodSteps, skippedSteps, gaveUp: gaveUp !== 0 };
  }

  /** Restores a state. */
  restore({ scale, goodSteps, skippedSteps, gaveUp }: LossScaleState): void {
    const values = Float32Array.of(scale, goodSteps, skippedSteps, Number(gaveUp));
    this.#device.write(whole(this.#state), values);
  }

  /** Frees the device memory. */
  free(): void {
    this.#device.free(this.#state);
  }
}
