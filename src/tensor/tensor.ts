/**
 * A tensor: a shape over a range of device memory, rows contiguous.
 *
 * @module
 */
import type { Device, View } from "../device/mod.ts";

/** Float32 numbers on a device, row-major. */
export interface Tensor {
  /** Its memory. */
  readonly view: View;
  /** Sizes, slowest first. */
  readonly shape: readonly number[];
  /**
   * Where gradients of a trainable tensor accumulate. Tensors that operations make have none: their gradients are temporary and live on
   * the tape.
   */
  readonly gradient?: View;
}

/** Number of elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A tensor whose memory lasts until the end of the recording. Its contents are undefined. */
export function temporaryTensor(device: Device, shape: readonly number[], label: string): Tensor {
  const length = elements(shape);
  const buffer = device.temporary(length, "f32", label);
  return { view: { buffer, offset: 0, length }, shape };
}

/**
 * The same numbers under another shape; costs nothing.
 *
 * @throws {RangeError} when the numbers of elements differ.
 */
export function reshape(tensor: Tensor, shape: readonly number[]): Tensor {
  if (elements(shape) !== elements(tensor.shape)) {
    throw new RangeError(
      `Cannot reshape ${tensor.view.buffer.label}: [${tensor.shape}] has ${
        elements(tensor.shape)
      } elements, [${shape}] needs ${elements(shape)}`,
    );
  }
  return { ...tensor, shape };
}

/** Rows and columns of a tensor seen as a matrix: the last dimension is the columns. */
export function matrixShape(tensor: Tensor): { rows: number; columns: number } {
  const columns = tensor.shape.at(-1) ?? 1;
  return { rows: columns === 0 ? 0 : elements(tensor.shape) / columns, columns };
}
