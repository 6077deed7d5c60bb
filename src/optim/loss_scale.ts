/**
 * The dynamic loss scale of training in half precision (Micikevicius et al. 2018, "Mixed Precision Training").
 *
 * @module
 */
import { LOSS_SCALE_STATE, optimizerLossScale } from "../../kernels/mod.ts";
import { type Device, type DeviceBuffer, type View, whole } from "../device/mod.ts";

/** What a loss scale remembers from step to step. */
export interface LossScaleState {
  /** Factor of gradients on their way into half precision: a power of two. */
  readonly scale: number;
  /** Steps since it last changed. */
  readonly goodSteps: number;
  /** Steps that met infinity or NaN and changed nothing, in all. */
  readonly skippedSteps: number;
  /** Whether steps are not finite at a scale of 1 either: nothing is updated any more. */
  readonly gaveUp: boolean;
}

/** As PyTorch's GradScaler begins and grows; beyond its first value a scale gains nothing. */
const LARGEST = 2 ** 16;
const GROWTH_INTERVAL = 2000;

/** A scale that lives on the device, where each step decides about the next without anybody waiting. */
export class LossScale {
  readonly #device: Device;
  readonly #state: DeviceBuffer;

  /** Begins at the largest scale. */
  constructor(device: Device) {
    this.#device = device;
    this.#state = device.allocate(LOSS_SCALE_STATE, "f32", "loss scale");
    this.restore({ scale: LARGEST, goodSteps: 0, skippedSteps: 0, gaveUp: false });
  }

  /** Where kernels read the scale. */
  get view(): View {
    return whole(this.#state);
  }

  /**
   * Records the end of a step.
   *
   * @param flag set where the step met NaN or infinity; taken down unless there is no help
   */
  update(flag: View): void {
    this.#device.run(optimizerLossScale, {
      bindings: { flag, state: whole(this.#state) },
      uniforms: { interval: GROWTH_INTERVAL, largest: LARGEST },
    });
  }

  /** Waits for the device. */
  async read(): Promise<LossScaleState> {
    const [scale, goodSteps, skippedSteps, gaveUp] = await this.#device.read(whole(this.#state));
    return { scale, goodSteps, skippedSteps, gaveUp: gaveUp !== 0 };
  }

  /** Goes on from what was read before. */
  restore({ scale, goodSteps, skippedSteps, gaveUp }: LossScaleState): void {
    const values = Float32Array.of(scale, goodSteps, skippedSteps, Number(gaveUp));
    this.#device.write(whole(this.#state), values);
  }

  /** Frees its memory. */
  free(): void {
    this.#device.free(this.#state);
  }
}
