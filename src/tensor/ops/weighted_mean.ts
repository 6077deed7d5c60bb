/**
 * Means of rows under a softmax.
 *
 * @module
 */
import { softmaxBackward, softmaxForward, type Uniforms } from "../../../kernels/mod.ts";
import { type View, whole } from "../../device/mod.ts";
import type { Scope } from "../scope.ts";
import { matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";
import { temporaryIntegers } from "./embedding.ts";
import { matrixProduct } from "./matrix_product.ts";

/**
 * `Σ_t softmax(logits)[b, t] · x[b, t]`: for each example the mean of its rows, weighted by the softmax of its logits.
 *
 * @param logits `[batch, sequence]`
 * @param x `[batch·sequence, columns]`
 * @returns `[batch, columns]`
 */
export function softmaxMean(scope: Scope, logits: Tensor, x: Tensor): Tensor {
  const { device, tape } = scope;
  const { rows: batch, columns: sequence } = matrixShape(logits);
  const { columns } = matrixShape(x);
  const lengths = temporaryIntegers(device, new Uint32Array(batch).fill(sequence), "row lengths");
  const uniforms: Uniforms = {
    batch,
    heads: 1,
    queries: 1,
    keys: sequence,
    pitch: sequence,
    scale: 1,
  };
  const weights = temporaryTensor(device, logits.shape, "row weights");
  device.run(softmaxForward, {
    bindings: { scores: logits.view, lengths: whole(lengths), probabilities: weights.view },
    uniforms,
  });
  /** One product an example; operands of one example are `aStep`, `bStep` and `cStep` elements long. */
  const perExample = (
    [a, aStep]: [View, number],
    [b, bStep]: [View, number],
    [c, cStep]: [View, number],
    sizes: { m: number; n: number; k: number; transposeB?: boolean },
  ) =>
    matrixProduct(device, {
      a,
      b,
      c,
      ...sizes,
      batch: { count: batch, inner: 1, a: [aStep, 0], b: [bStep, 0], c: [cStep, 0] },
    });
  const rows = sequence * columns;
  const mean = temporaryTensor(device, [batch, columns], "weighted mean");
  perExample([weights.view, sequence], [x.view, rows], [mean.view, columns], {
    m: 1,
    n: columns,
    k: sequence,
  });
  tape?.record(mean, (gradient) => {
    const dWeights = temporaryTensor(device, logits.shape, "row weight gradient");
    perExample([gradient.view, columns], [x.view, rows], [dWeights.view, sequence], {
      m: 1,
      n: sequence,
      k: columns,
      transposeB: true,
    });
    const dLogits = temporaryTensor(device, logits.shape, "mean logit gradient");
    device.run(softmaxBackward, {
      bindings: { probabilities: weights.view, d: dWeights.view, dscores: dLogits.view },
      uniforms,
    });
    tape.accumulate(logits, dLogits);
    const dx = temporaryTensor(device, x.shape, "mean gradient");
    perExample([weights.view, sequence], [gradient.view, columns], [dx.view, rows], {
      m: sequence,
      n: columns,
      k: 1,
    });
    tape.accumulate(x, dx);
  });
  return mean;
}
