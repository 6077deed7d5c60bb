/**
 * Losses and right answers of training steps, kept on the device until somebody asks: reading costs more than a small step.
 *
 * @module
 */
import { type Device, type DeviceBuffer, whole } from "../device/mod.ts";
import type { PretrainingTargets } from "../model/mod.ts";

/** Means over the examples of one step or evaluation. */
export interface PretrainingMetrics {
  /** Cross-entropy of the masked tokens, in nats. */
  readonly maskedLoss: number;
  /** Share of masked tokens whose likeliest word is right. */
  readonly maskedAccuracy: number;
  /** Cross-entropy of the pair head, in nats. */
  readonly pairLoss: number;
  /** Share of pairs that are classified rightly. */
  readonly pairAccuracy: number;
}

const PER_SLOT = 4;

/** A ring of slots, one for each step between two readings. */
export class MetricSlots {
  readonly #device: Device;
  readonly #buffer: DeviceBuffer;
  readonly #slots: number;

  /** Makes room for some steps. */
  constructor(device: Device, slots: number) {
    this.#device = device;
    this.#slots = slots;
    this.#buffer = device.allocate(PER_SLOT * slots, "f32", "metrics");
  }

  /**
   * Where the losses of a slot go.
   *
   * @param maskedCount masked tokens over the whole step, all micro-batches and ranks
   * @param pairCount labeled pairs, likewise
   */
  targets(slot: number, maskedCount: number, pairCount: number): PretrainingTargets {
    const metrics = whole(this.#buffer);
    const first = PER_SLOT * slot;
    return {
      maskedLanguage: {
        metrics,
        lossSlot: first,
        correctSlot: first + 1,
        scale: 1 / Math.max(maskedCount, 1),
      },
      sentenceOrder: {
        metrics,
        lossSlot: first + 2,
        correctSlot: first + 3,
        scale: 1 / Math.max(pairCount, 1),
      },
    };
  }

  /** Reads the first `count` slots and clears all. */
  async take(count: number): Promise<PretrainingMetrics[]> {
    const reading = this.#device.read(whole(this.#buffer));
    this.#device.write(whole(this.#buffer), new Float32Array(PER_SLOT * this.#slots));
    const values = await reading;
    return Array.from({ length: count }, (_, slot) => ({
      maskedLoss: values[PER_SLOT * slot],
      maskedAccuracy: values[PER_SLOT * slot + 1],
      pairLoss: values[PER_SLOT * slot + 2],
      pairAccuracy: values[PER_SLOT * slot + 3],
    }));
  }

  /** Frees the slots. */
  free(): void {
    this.#device.free(this.#buffer);
  }
}
