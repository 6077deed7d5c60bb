/**
 * Losses. Each adds its scaled sum to a metric slot on the device and its scaled gradient to the tape. With scale = 1 / (number of examples or tokens in the step),
 * the losses and gradients of micro-batches and ranks add up to those of the whole batch.
 *
 * @module
 */
import {
  crossEntropyBackward,
  crossEntropyCorrect,
  crossEntropyForward,
  elementwiseScaleAdd,
  lossBinaryCrossEntropy,
  lossMeanSquaredError,
  reduceSum,
} from "../../../kernels/mod.ts";
import { type Device, type DeviceBuffer, type View, whole } from "../../device/mod.ts";
import type { Scope } from "../scope.ts";
import { elements, matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";
import { temporaryIntegers } from "./embedding.ts";

/** Label that excludes a row from a cross-entropy (−100 in PyTorch). */
export const IGNORED_LABEL = 0xffff_ffff;

/** Destination of a loss: metric slots and the scale. */
export interface LossTarget {
  /** Float32 slots on the device. The reader sets them to zero. */
  readonly metrics: View;
  /** Slot to which the scaled loss is added. */
  readonly lossSlot: number;
  /** Slot to which the scaled number of correct rows (largest logit at the label) is added; undefined to skip it. */
  readonly correctSlot?: number;
  /** Weight of each row: 1 / (number of rows in the whole step). */
  readonly scale: number;
}

/** Results per row, valid until the end of the recording. */
export interface CrossEntropyRows {
  /** −log p(label), 0 for ignored rows, `[rows]`. */
  readonly loss: Tensor;
  /** Index of the largest logit, u32 `[rows]`. */
  readonly prediction: DeviceBuffer;
}

/**
 * Adds the softmax cross-entropy of each row.
 *
 * @param logits `[rows, classes]`
 * @param labels class of each row, `[rows]`, in host memory; {@linkcode IGNORED_LABEL} excludes a row
 */
export function crossEntropy(
  scope: Scope,
  logits: Tensor,
  labels: Uint32Array,
  target: LossTarget,
): CrossEntropyRows {
  const { device, tape } = scope;
  const { rows, columns } = matrixShape(logits);
  const labelBuffer = temporaryIntegers(device, labels, "labels");
  const result = rowCrossEntropy(device, logits.view, labelBuffer, rows, columns, columns);
  addToMetrics(device, result, labelBuffer, rows, target);
  if (tape !== undefined) {
    const gradient = temporaryTensor(device, logits.shape, "logit gradient");
    device.run(elementwiseScaleAdd, {
      bindings: { x: logits.view, y: gradient.view },
      uniforms: { count: rows * columns, alpha: 1, beta: 0 },
    });
    device.run(crossEntropyBackward, {
      bindings: {
        logits: gradient.view,
        labels: whole(labelBuffer),
        log_sum_exp: result.logSumExp.view,
      },
      uniforms: { rows, columns, pitch: columns, scale: target.scale },
    });
    tape.accumulate(logits, gradient);
  }
  return result;
}

/** Computes the cross-entropy of each row of a matrix with a row pitch. */
export function rowCrossEntropy(
  device: Device,
  logits: View,
  labels: DeviceBuffer,
  rows: number,
  columns: number,
  pitch: number,
): CrossEntropyRows & { readonly logSumExp: Tensor } {
  const loss = temporaryTensor(device, [rows], "row losses");
  const logSumExp = temporaryTensor(device, [rows], "log sum exp");
  const prediction = device.temporary(rows, "u32", "predictions");
  device.run(crossEntropyForward, {
    bindings: {
      logits,
      labels: whole(labels),
      loss: loss.view,
      log_sum_exp: logSumExp.view,
      prediction: whole(prediction),
    },
    uniforms: { rows, columns, pitch },
  });
  return { loss, logSumExp, prediction };
}

/** Adds row losses and the number of correct rows to the metric slots. */
export function addToMetrics(
  device: Device,
  { loss, prediction }: CrossEntropyRows,
  labels: DeviceBuffer,
  rows: number,
  { metrics, lossSlot, correctSlot, scale }: LossTarget,
): void {
  device.run(reduceSum, {
    bindings: { x: loss.view, out: metrics },
    uniforms: { count: rows, slot: lossSlot, scale },
    structural: { accumulate: true },
  });
  if (correctSlot === undefined) return;
  device.run(crossEntropyCorrect, {
    bindings: { prediction: whole(prediction), labels: whole(labels), out: metrics },
    uniforms: { count: rows, slot: correctSlot, scale },
    structural: { accumulate: true },
  });
}

/**
 * Adds the squared error of each row, for regression tasks (STS-B).
 *
 * @param predictions `[rows]` or `[rows, 1]`
 * @param targets `[rows]`, in host memory
 */
export function meanSquaredError(
  scope: Scope,
  predictions: Tensor,
  targets: Float32Array,
  target: LossTarget,
): void {
  elementwiseLoss(scope, lossMeanSquaredError, predictions, targets, target, "squared error");
}

/**
 * Adds the cross-entropy of `sigmoid(logit)` with a probability, for each row.
 *
 * @param logits `[rows]` or `[rows, 1]`
 * @param targets probabilities, 0 to 1, `[rows]`, in host memory
 */
export function binaryCrossEntropy(
  scope: Scope,
  logits: Tensor,
  targets: Float32Array,
  target: LossTarget,
): void {
  elementwiseLoss(scope, lossBinaryCrossEntropy, logits, targets, target, "binary cross-entropy");
}

function elementwiseLoss(
  { device, tape }: Scope,
  kernel: typeof lossMeanSquaredError,
  x: Tensor,
  targets: Float32Array,
  { metrics, lossSlot, scale }: LossTarget,
  label: string,
): void {
  const count = elements(x.shape);
  const expected = device.temporary(count, "f32", `${label} targets`);
  device.write(whole(expected), targets);
  const loss = temporaryTensor(device, [count], label);
  const gradient = temporaryTensor(device, x.shape, `${label} gradient`);
  device.run(kernel, {
    bindings: { x: x.view, targets: whole(expected), loss: loss.view, dx: gradient.view },
    uniforms: { count, scale },
  });
  device.run(reduceSum, {
    bindings: { x: loss.view, out: metrics },
    uniforms: { count, slot: lossSlot, scale },
    structural: { accumulate: true },
  });
  tape?.accumulate(x, gradient);
}
