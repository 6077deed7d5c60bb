/**
 * The projection to the vocabulary with tied word embeddings (Press and Wolf, arXiv 1608.05859), and its cross-entropy.
 *
 * The logits of all masked tokens would be the largest tensor of a training step. Training therefore processes the rows in slices, which reuse the same memory for
 * logits and their gradient.
 *
 * @module
 */
import { crossEntropyBackward } from "../../../kernels/mod.ts";
import { type DeviceBuffer, type View, whole } from "../../device/mod.ts";
import type { Scope } from "../scope.ts";
import { elements, matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";
import { accumulateColumnSum } from "./dense.ts";
import { temporaryIntegers } from "./embedding.ts";
import { addToMetrics, type CrossEntropyRows, type LossTarget, rowCrossEntropy } from "./loss.ts";
import { matmulOperands, operand } from "./matmul.ts";

/** Maximum number of logits per slice: 64 MiB. */
const SLICE_ELEMENTS = 2 ** 24;
/** Rows of logits are padded to a multiple of this, so that they can be copied to textures. */
const PITCH = 64;

/** Logits with padded rows: row `i` is elements `i·pitch … i·pitch + columns`. */
export interface PaddedLogits {
  /** `[rows, pitch]`. */
  readonly view: View;
  /** Number of rows. */
  readonly rows: number;
  /** Logits per row: the vocabulary size. */
  readonly columns: number;
  /** Distance between the starts of two rows, in elements. */
  readonly pitch: number;
}

/**
 * Computes `x·wordsᵀ + bias`.
 *
 * @param x `[rows, E]`
 * @param words `[vocabulary, E]`
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
  matmulOperands(scope, {
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
 * Adds the cross-entropy of the vocabulary logits of each row and, if the scope has a tape, the gradients of `x`, `words` and `bias`.
 *
 * @param x `[rows, E]`, one row per masked token
 * @param labels token id of each row, `[rows]`, in host memory; `IGNORED_LABEL` excludes a row
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
  // A multiple of 64 rows, so that slices start at aligned offsets for any embedding size.
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

/** Replaces the logits of a slice by their gradient, and adds to the gradients of `x`, `words` and `bias`. */
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
  matmulOperands(scope, {
    a: logitGradient,
    b: operand(scope, words.view, columns, embedding, "weight"),
    c: gradient.view,
    m: rows,
    n: embedding,
    k: columns,
    lda: pitch,
  });
  if (words.gradient !== undefined) {
    matmulOperands(scope, {
      a: logitGradient,
      b: operand(scope, x.view, rows, embedding, "activation"),
      c: words.gradient,
      rowSums: bias.gradient,
      transposeA: true,
      accumulate: true,
      m: columns,
      n: embedding,
      k: rows,
      lda: pitch,
    });
  } else accumulateColumnSum(scope, { view, shape: [rows, pitch] }, bias, pitch);
}
