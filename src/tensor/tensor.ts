/**
 * Tensors: a shape and a range of device memory.
 *
 * @module
 */
import { type Device, type View, VIEW_ALIGNMENT } from "../device/mod.ts";

/** A float32 tensor on a device, row-major and contiguous. */
export interface Tensor {
  /** The memory of the elements. */
  readonly view: View;
  /** Dimensions, outermost first. */
  readonly shape: readonly number[];
  /**
   * Memory in which the gradient of a trainable tensor accumulates. Results of operations do not have it: the tape stores their gradients.
   */
  readonly gradient?: View;
}

/** Returns the number of elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Allocates a tensor that is valid until the end of the recording. Its contents are undefined. */
export function temporaryTensor(device: Device, shape: readonly number[], label: string): Tensor {
  const length = elements(shape);
  const buffer = device.temporary(length, "f32", label);
  return { view: { buffer, offset: 0, length }, shape };
}

/**
 * Returns a tensor with the same memory and another shape. The tape does not record it; see `reshapeRecorded`.
 *
 * @throws {RangeError} if the numbers of elements differ
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

/** Returns the rows and columns of a tensor as a matrix whose columns are the last dimension. */
export function matrixShape(tensor: Tensor): { rows: number; columns: number } {
  const columns = tensor.shape.at(-1) ?? 1;
  return { rows: columns === 0 ? 0 : elements(tensor.shape) / columns, columns };
}

/**
 * Divides elementwise work into ranges that fit in one binding.
 *
 * @param views views of the same length
 * @param run called for consecutive ranges, with the parts of the views and their length; at least once, even for length 0
 */
export function inRanges(
  device: Device,
  views: readonly View[],
  run: (parts: readonly View[], length: number) => void,
): void {
  const { length } = views[0];
  const most = Math.floor(device.limits.maxBindingBytes / 4 / VIEW_ALIGNMENT) * VIEW_ALIGNMENT;
  for (let start = 0; start === 0 || start < length; start += most) {
    const count = Math.min(most, length - start);
    run(
      views.map(({ buffer, offset }) => ({ buffer, offset: offset + start, length: count })),
      count,
    );
  }
}

/** Returns a length rounded up to an offset at which views may start. */
export function alignedLength(length: number): number {
  return Math.ceil(length / VIEW_ALIGNMENT) * VIEW_ALIGNMENT;
}

/** Returns tensors of the same shape that are adjacent in memory, as are their gradients, as one tensor with all their rows; undefined if they are not. */
export function joinRows(tensors: readonly Tensor[]): Tensor | undefined {
  const [{ view, shape, gradient }] = tensors;
  const length = elements(shape);
  const isAdjacent = (first: View, other: View | undefined, i: number): boolean =>
    other?.buffer === first.buffer && other.offset === first.offset + i * length;
  for (const [i, other] of tensors.entries()) {
    if (!isAdjacent(view, other.view, i)) return undefined;
    const adjacent = gradient === undefined
      ? other.gradient === undefined
      : isAdjacent(gradient, other.gradient, i);
    if (!adjacent) return undefined;
  }
  const joined = (first: View): View => ({ ...first, length: tensors.length * length });
  return {
    view: joined(view),
    shape: [tensors.length * shape[0], ...shape.slice(1)],
    ...(gradient && { gradient: joined(gradient) }),
  };
}

/** Returns the part of a matrix from a column on, with the same distance between rows. A matrix without rows stays empty. */
export function fromColumn({ buffer, offset, length }: View, column: number): View {
  const skipped = Math.min(column, length);
  return { buffer, offset: offset + skipped, length: length - skipped };
}
