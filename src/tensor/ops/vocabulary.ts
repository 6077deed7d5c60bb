/**
 * The projection onto the vocabulary, whose matrix is the word embedding table (Press & Wolf 2017), and its cross-entropy.
 *
 * The logits of all masked tokens would be the largest tensor of a training step, so training walks the rows in slices: logits, loss and gradient
 * of a slice, then the next in the same memory.
 *
 * @module
 */
import { crossEntropyBackward } from "../../../kernels/mod.ts";
import { type DeviceBuffer, type View, whole } from "../../device/mod.ts";
import type { Scope } from "../scope.ts";
import { elements, matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";
import { accumulateColumnSum } from "./column_sum.ts";
import { temporaryIntegers } from "./embedding.ts";
import { addToMetrics, type CrossEntropyRows, type LossTarget, rowCrossEntropy } from "./loss.ts";
import { operand, productOf } from "./operand.ts";

/** Logits held at once: 64 MiB. */
const SLICE_ELEMENTS = 2 ** 24;
/** Row pitch of logits, so that they can be copied to textures. */
const PITCH = 64;

/** Logits with padded rows: row `i` starts at `i·pitch`, its first `columns` elements count. */
export interface PaddedLogits {
  /** `[rows, pitch]`. */
  readonly view: View;
  /** Rows. */
  readonly rows: number;
  /** Logits of a row: the vocabulary size. */
  readonly columns: number;
  /** Elements from one row to the next. */
  readonly pitch: number;
}

/**
 * `x·wordsᵀ + bias`.
 *
 * @param x `[rows, embedding]`
 * @param words `[vocabulary, embedding]`
 * @param bias `[vocabulary]`
 */
export function vocabularyLogits(
  scope: Scope,
  x: Tensor,
  words: Tensor,
  bias: Tensor,
): PaddedLogits {
  const { rows, columns: embedding } = matrixShape(x);
  const columns = words.shape[0];
  const pitch = Math.ceil(columns / PITCH) * PITCH;
  const logits = temporaryTensor(scope.device, [rows, pitch], "vocabulary logits");
  productOf(scope, {
    a: operand(scope, x.view, rows, embedding, "activation"),
    b: operand(scope, words.view, columns, embedding, "weight"),
    c: logits.view,
    bias: bias.view,
    transposeB: true,
    m: rows,
    n: columns,
    k: embedding,
    ldc: pitch,
  });
  return { view: logits.view, rows, columns, pitch };
}

/**
 * Cross-entropy of the vocabulary logits of each row, its metrics and, with a tape, the gradients of `x`, `words` and `bias`.
 *
 * @param x `[rows, embedding]`, one row a masked token
 * @param labels `[rows]` on the host
 */
export function vocabularyCrossEntropy(
  scope: Scope,
  x: Tensor,
  words: Tensor,
  bias: Tensor,
  labels: Uint32Array,
  target: LossTarget,
): void {
  const { rows, columns: embedding } = matrixShape(x);
  const pitch = Math.ceil(words.shape[0] / PITCH) * PITCH;
  // A slice starts where a view may start, whatever the embedding size.
  const slice = Math.max(Math.floor(SLICE_ELEMENTS / pitch / 64) * 64, 64);
  const gradient = scope.tape && temporaryTensor(scope.device, x.shape, "masked token gradient");
  for (let start = 0; start < rows; start += slice) {
    const count = Math.min(slice, rows - start);
    const part = sliceRows(x, start, count, embedding);
    const sliceLabels = temporaryIntegers(
      scope.device,
      labels.subarray(start, start + count),
      "masked token labels",
    );
    const logits = vocabularyLogits(scope, part, words, bias);
    const result = rowCrossEntropy(
      scope.device,
      logits.view,
      sliceLabels,
      count,
      logits.columns,
      pitch,
    );
    addToMetrics(scope.device, result, sliceLabels, count, target);
    if (gradient !== undefined) {
      const out = sliceRows(gradient, start, count, embedding);
      sliceGradients(scope, part, words, bias, logits, sliceLabels, result, target.scale, out);
    }
  }
  if (gradient !== undefined) scope.tape!.accumulate(x, gradient);
}

function sliceRows(x: Tensor, start: number, count: number, columns: number): Tensor {
  const { buffer, offset } = x.view;
  const shape = [count, columns];
  return {
    shape,
    view: { buffer, offset: offset + start * columns, length: elements(shape) },
  };
}

/** Turns the logits of a slice into their gradient, in place, and adds up what follows from it. */
function sliceGradients(
  scope: Scope,
  x: Tensor,
  words: Tensor,
  bias: Tensor,
  { view, rows, columns, pitch }: PaddedLogits,
  labels: DeviceBuffer,
  { logSumExp }: CrossEntropyRows & { logSumExp: Tensor },
  scale: number,
  gradient: Tensor,
): void {
  const { device } = scope;
  const embedding = words.shape[1];
  device.run(crossEntropyBackward, {
    bindings: { logits: view, labels: whole(labels), log_sum_exp: logSumExp.view },
    uniforms: { rows, columns, pitch, scale },
  });
  const logitGradient = operand(scope, view, rows, columns, "gradient", pitch);
  productOf(scope, {
    a: logitGradient,
    b: operand(scope, words.view, columns, embedding, "weight"),
    c: gradient.view,
    m: rows,
    n: embedding,
    k: columns,
    lda: pitch,
  });
  if (words.gradient !== undefined) {
    productOf(scope, {
      a: logitGradient,
      b: operand(scope, x.view, rows, embedding, "activation"),
      c: words.gradient,
      transposeA: true,
      accumulate: true,
      m: columns,
      n: embedding,
      k: rows,
      lda: pitch,
    });
  }
  accumulateColumnSum(scope, { view, shape: [rows, pitch] }, bias, pitch);
}
