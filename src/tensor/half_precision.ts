/**
 * Operands of matmuls in half precision (f16).
 *
 * @module
 */
import { halfPack, pitchUnit } from "../../kernels/mod.ts";
import { type Device, type DeviceBuffer, type View, whole } from "../device/mod.ts";

/** A matrix in half precision: two elements per 32-bit word, rows padded with zeros to a multiple of four elements. */
export interface PackedMatrix {
  /** The packed words. */
  readonly view: View;
  /** Distance between the starts of two rows, in elements. */
  readonly pitch: number;
  /** Whether the elements are multiplied by the loss scale. */
  readonly scaled: boolean;
}

const PITCH = pitchUnit("rgba16float");

/**
 * Returns the row pitch, in elements, of a packed matrix. It lets software adapters copy the matrix to a texture. The gap after a row is neither written nor read;
 * from 64 columns on, the packed matrix is never larger than in float32.
 */
export function packedPitch(columns: number): number {
  return PITCH * Math.ceil(columns / PITCH);
}

/**
 * Mixed-precision training (Micikevicius et al., arXiv 1710.03740): operands of matmuls are rounded to f16. Sums, master weights and everything else stay float32.
 * Gradients are multiplied by the loss scale, a power of two, before rounding, and results divided by it, so that small gradients do not underflow.
 */
export class HalfPrecision {
  readonly #device: Device;
  readonly #scale: View;
  readonly #weights = new Map<string, { buffer: DeviceBuffer; current: boolean }>();

  /**
   * Creates an empty cache of packed weights.
   *
   * @param scale the loss scale, one float32 on the device
   */
  constructor(device: Device, scale: View) {
    this.#device = device;
    this.#scale = scale;
  }

  /** The loss scale, one float32 on the device. */
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

  /** Packs a weight. Repeated calls in the same step return the first result. */
  packWeight(weight: View, rows: number, columns: number): PackedMatrix {
    const key = `${weight.buffer.id}:${weight.offset}:${rows}`;
    let kept = this.#weights.get(key);
    if (kept === undefined) {
      const words = rows * packedPitch(columns) / 2;
      kept = { buffer: this.#device.allocate(words, "u32", "half weights"), current: false };
      this.#weights.set(key, kept);
    }
    const view = whole(kept.buffer);
    if (!kept.current) this.#run(weight, view, { rows, columns, pitch: columns }, false);
    kept.current = true;
    return { view, pitch: packedPitch(columns), scaled: false };
  }

  /** Marks packed weights as outdated. Call it before each step. */
  renew(): void {
    for (const kept of this.#weights.values()) kept.current = false;
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
