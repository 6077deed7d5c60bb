/**
 * Loss and right answers of finetuning steps, kept on the device until somebody asks.
 *
 * @module
 */
import { type Device, type DeviceBuffer, whole } from "../device/mod.ts";
import type { LossTarget } from "../tensor/mod.ts";

const PER_SLOT = 2;

/** Means over the examples of one step. */
export interface StepLoss {
  /** As the task defines it. */
  readonly loss: number;
  /** Share of right answers; 0 where the task does not count them. */
  readonly accuracy: number;
}

/** A ring of slots, one for each step between two readings. */
export class StepLosses {
  readonly #device: Device;
  readonly #buffer: DeviceBuffer;

  /** Makes room for some steps. */
  constructor(device: Device, slots: number) {
    this.#device = device;
    this.#buffer = device.allocate(PER_SLOT * slots, "f32", "finetuning losses");
  }

  /** Where the loss of a slot goes, for a step of so many examples. */
  target(slot: number, examples: number): LossTarget {
    const lossSlot = PER_SLOT * slot;
    return {
      metrics: whole(this.#buffer),
      lossSlot,
      correctSlot: lossSlot + 1,
      scale: 1 / examples,
    };
  }

  /** Reads the first `count` slots and clears all. */
  async take(count: number): Promise<StepLoss[]> {
    const reading = this.#device.read(whole(this.#buffer));
    this.#device.write(whole(this.#buffer), new Float32Array(this.#buffer.length));
    const values = await reading;
    return Array.from({ length: count }, (_, slot) => ({
      loss: values[PER_SLOT * slot],
      accuracy: values[PER_SLOT * slot + 1],
    }));
  }

  /** Frees the slots. */
  free(): void {
    this.#device.free(this.#buffer);
  }
}
