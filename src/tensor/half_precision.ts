/**
 * What operations need to take their matrix products in half precision.
 *
 * @module
 */
import { halfPack, pitchUnit } from "../../kernels/mod.ts";
import { type Device, type DeviceBuffer, type View, whole } from "../device/mod.ts";

/** A matrix in half precision: two elements to a word, rows filled up with zeros to multiples of four. */
export interface PackedMatrix {
  /** Words. */
  readonly view: View;
  /** Elements from one row to the next. */
  readonly pitch: number;
  /** Whether it was multiplied by the scale. */
  readonly scaled: boolean;
}

const PITCH = pitchUnit("rgba16float");

/**
 * Elements from one row to the next in half precision: such that software adapters can copy the matrix to a texture. What lies after a row is neither written nor
 * read, so that it costs memory alone, from 64 columns on never more than float32 takes.
 */
export function packedPitch(columns: number): number {
  return PITCH * Math.ceil(columns / PITCH);
}

/**
 * Half precision in training: operands of matrix products are rounded to halves, sums, master weights and everything between products stay float32. Gradients
 * are multiplied by a power of two on their way in and their products divided by it, so that small ones are not lost.
 */
export class HalfPrecision {
  readonly #device: Device;
  readonly #scale: View;
  readonly #weights = new Map<string, { buffer: DeviceBuffer; fresh: boolean }>();

  /**
   * Packs nothing yet.
   *
   * @param scale where the factor of gradients lies, on the device
   */
  constructor(device: Device, scale: View) {
    this.#device = device;
    this.#scale = scale;
  }

  /** Where the factor of gradients lies. */
  get scale(): View {
    return this.#scale;
  }

  /** Packs a matrix for the current recording. */
  pack(view: View, rows: number, columns: number, pitch: number, scaled: boolean): PackedMatrix {
    const words = rows * packedPitch(columns) / 2;
    const packed = whole(this.#device.temporary(words, "u32", "half operand"));
    this.#run(view, packed, { rows, columns, pitch }, scaled);
    return { view: packed, pitch: packedPitch(columns), scaled };
  }

  /** Packs a weight, once a step however often it is used. */
  packWeight(weight: View, rows: number, columns: number): PackedMatrix {
    const key = `${weight.buffer.id}:${weight.offset}:${rows}`;
    let kept = this.#weights.get(key);
    if (kept === undefined) {
      const words = rows * packedPitch(columns) / 2;
      kept = { buffer: this.#device.allocate(words, "u32", "half weights"), fresh: false };
      this.#weights.set(key, kept);
    }
    const view = whole(kept.buffer);
    if (!kept.fresh) this.#run(weight, view, { rows, columns, pitch: columns }, false);
    kept.fresh = true;
    return { view, pitch: packedPitch(columns), scaled: false };
  }

  /** Says that weights have changed: to be called before each step. */
  renew(): void {
    for (const kept of this.#weights.values()) kept.fresh = false;
  }

  /** Frees the packed weights. */
  free(): void {
    for (const { buffer } of this.#weights.values()) this.#device.free(buffer);
    this.#weights.clear();
  }

  #run(
    x: View,
    y: View,
    shape: { rows: number; columns: number; pitch: number },
    scaled: boolean,
  ): void {
    this.#device.run(halfPack, {
      bindings: { x, y, ...(scaled && { scale: this.#scale }) },
      uniforms: { ...shape, packed_pitch: packedPitch(shape.columns) },
      structural: { scaled },
    });
  }
}
