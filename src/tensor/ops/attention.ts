/**
 * Scaled dot-product attention over heads, with padding masks and dropout on the probabilities.
 *
 * @module
 */
import { softmaxBackward, softmaxForward, type Uniforms } from "../../../kernels/mod.ts";
import type { DeviceBuffer, View } from "../../device/mod.ts";
import { whole } from "../../device/mod.ts";
import { NO_DROPOUT, type Scope } from "../scope.ts";
import { temporaryTensor, type Tensor } from "../tensor.ts";
import { matrixProduct, type ProductBatch } from "./matrix_product.ts";

/** Sizes of an attention. */
export interface AttentionShape {
  /** Examples. */
  readonly batch: number;
  /** Tokens of each. */
  readonly sequence: number;
  /** Heads of each. */
  readonly heads: number;
}

/** Row pitch of the score matrices: WebGPU copies to textures by 256 bytes. */
const PITCH = 64;

/**
 * `softmax(Q·Kᵀ/√d)·V` for each head, where the head `h` is the columns `h·d … (h+1)·d` of each operand.
 *
 * @param query `[batch·sequence, hidden]`, likewise `key` and `value`
 * @param lengths tokens of each example that are not padding, `[batch]`; keys beyond are masked
 * @param dropoutProbability of the attention probabilities
 * @returns `[batch·sequence, hidden]`
 */
export function attention(
  scope: Scope,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  lengths: DeviceBuffer,
  shape: AttentionShape,
  dropoutProbability: number,
): Tensor {
  const { device, tape } = scope;
  const hidden = query.shape[1];
  const { batch, sequence, heads } = shape;
  const size = hidden / heads;
  const pitch = Math.ceil(sequence / PITCH) * PITCH;
  const dropout = dropoutProbability > 0
    ? scope.dropout?.next(dropoutProbability, heads * sequence)
    : undefined;
  const structural = { dropout: dropout !== undefined };
  const uniforms: Uniforms = {
    batch,
    heads,
    queries: sequence,
    keys: sequence,
    pitch,
    scale: 1 / Math.sqrt(size),
    ...(dropout ?? NO_DROPOUT),
  };
  const count = batch * heads;
  const tokens = [sequence * hidden, size] as const;
  const square = [heads * sequence * pitch, sequence * pitch] as const;
  const products = (a: ProductBatch["a"], b: ProductBatch["b"], c: ProductBatch["c"]) => ({
    count,
    inner: heads,
    a,
    b,
    c,
  });
  const squareTensor = (label: string) => temporaryTensor(device, [count * sequence, pitch], label);
  const tokensTensor = (label: string) => temporaryTensor(device, query.shape, label);

  /** `out = x·yᵀ` per head: `[sequence, size]` by `[sequence, size]` to `[sequence, sequence]`. */
  const tokensByTokens = (x: View, y: View, out: View) =>
    matrixProduct(device, {
      a: x,
      b: y,
      c: out,
      transposeB: true,
      m: sequence,
      n: sequence,
      k: size,
      lda: hidden,
      ldb: hidden,
      ldc: pitch,
      batch: products(tokens, tokens, square),
    });
  /** `out = s·x` or `sᵀ·x` per head: `[sequence, sequence]` by `[sequence, size]` to `[sequence, size]`. */
  const squareByTokens = (s: View, x: View, out: View, transposeA: boolean) =>
    matrixProduct(device, {
      a: s,
      b: x,
      c: out,
      transposeA,
      m: sequence,
      n: size,
      k: sequence,
      lda: pitch,
      ldb: hidden,
      ldc: hidden,
      batch: products(square, tokens, tokens),
    });

  const scores = squareTensor("attention scores");
  tokensByTokens(query.view, key.view, scores.view);
  const probabilities = squareTensor("attention probabilities");
  const dropped = dropout === undefined ? probabilities : squareTensor("dropped probabilities");
  device.run(softmaxForward, {
    bindings: {
      scores: scores.view,
      lengths: whole(lengths),
      probabilities: probabilities.view,
      dropped: dropped.view,
    },
    uniforms,
    structural,
  });
  const context = tokensTensor("attention context");
  squareByTokens(dropped.view, value.view, context.view, false);

  tape?.record(context, (gradient) => {
    const dValue = tokensTensor("value gradient");
    squareByTokens(dropped.view, gradient.view, dValue.view, true);
    const dProbabilities = squareTensor("probability gradient");
    tokensByTokens(gradient.view, value.view, dProbabilities.view);
    const dScores = squareTensor("score gradient");
    device.run(softmaxBackward, {
      bindings: {
        probabilities: probabilities.view,
        d: dProbabilities.view,
        dscores: dScores.view,
      },
      uniforms,
      structural,
    });
    const dQuery = tokensTensor("query gradient");
    squareByTokens(dScores.view, key.view, dQuery.view, false);
    const dKey = tokensTensor("key gradient");
    squareByTokens(dScores.view, query.view, dKey.view, true);
    tape.accumulate(query, dQuery);
    tape.accumulate(key, dKey);
    tape.accumulate(value, dValue);
  });
  return context;
}
