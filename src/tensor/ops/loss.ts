/**
 * Losses. Each is the end of a forward pass: it adds its sum, times a scale known beforehand, to a metric slot on the device and puts the scaled
 * gradient on the tape. With scale = 1 / (count over the whole step) micro-batches and ranks simply add up.
 *
 * @module
 */
import {
  crossEntropyBackward,
  crossEntropyCorrect,
  crossEntropyForward,
  elementwiseScaleAdd,
  lossMeanSquaredError,
  reduceSum,
} from "../../../kernels/mod.ts";
import { type Device, type DeviceBuffer, type View, whole } from "../../device/mod.ts";
import type { Scope } from "../scope.ts";
import { elements, matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";
import { temporaryIntegers } from "./embedding.ts";

/** Label of a row that takes no part in a cross-entropy (PyTorch's -100). */
export const IGNORED_LABEL = 0xffff_ffff;

/** Where a loss adds its scaled sum and its scaled number of right answers. */
export interface LossTarget {
  /** Float32 slots on the device, zeroed by whoever reads them. */
  readonly metrics: View;
  /** Slot of the loss. */
  readonly lossSlot: number;
  /** Counts rows whose largest logit is the label; absent where nobody asks. */
  readonly correctSlot?: number;
  /** Weight of each row: 1 / (rows that count over the whole step). */
  readonly scale: number;
}

/** Per-row results that stay on the device until the recording ends. */
export interface CrossEntropyRows {
  /** −log p(label) of each row, 0 where ignored. */
  readonly loss: Tensor;
  /** Index of the largest logit of each row. */
  readonly prediction: DeviceBuffer;
}

/**
 * Softmax cross-entropy over the columns of `logits`.
 *
 * @param logits `[rows, classes]`
 * @param labels `[rows]` on the host; {@linkcode IGNORED_LABEL} leaves a row out
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

/** Cross-entropy of each row of a matrix with row pitch. */
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

/** Adds row losses and right answers to the metric slots. */
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
 * Squared error, as regression tasks (STS-B) use it.
 *
 * @param predictions `[rows]` or `[rows, 1]`
 * @param targets `[rows]` on the host
 */
export function meanSquaredError(
  scope: Scope,
  predictions: Tensor,
  targets: Float32Array,
  { metrics, lossSlot, scale }: LossTarget,
): void {
  const { device, tape } = scope;
  const count = elements(predictions.shape);
  const expected = device.temporary(count, "f32", "regression targets");
  device.write(whole(expected), targets);
  const loss = temporaryTensor(device, [count], "squared errors");
  const gradient = temporaryTensor(device, predictions.shape, "prediction gradient");
  device.run(lossMeanSquaredError, {
    bindings: {
      x: predictions.view,
      targets: whole(expected),
      loss: loss.view,
      dx: gradient.view,
    },
    uniforms: { count, scale },
  });
  device.run(reduceSum, {
    bindings: { x: loss.view, out: metrics },
    uniforms: { count, slot: lossSlot, scale },
    structural: { accumulate: true },
  });
  tape?.accumulate(predictions, gradient);
}
