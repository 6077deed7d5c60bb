/**
 * Scaled dot-product attention over heads, with padding masks and dropout on the probabilities.
 *
 * The score matrices of a large batch do not fit one binding of every adapter, so examples are taken in groups that do.
 *
 * @module
 */
import { softmaxBackward, softmaxForward, type Uniforms } from "../../../kernels/mod.ts";
import { type Device, type View, VIEW_ALIGNMENT } from "../../device/mod.ts";
import { NO_DROPOUT, type Scope } from "../scope.ts";
import { temporaryTensor, type Tensor } from "../tensor.ts";
import { matrixProduct, type ProductBatch } from "./matrix_product.ts";
import type { KeyLengths } from "./key_lengths.ts";

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
 * @throws {RangeError} when not even one example's scores fit a binding of the device.
 */
export function attention(
  scope: Scope,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  lengths: KeyLengths,
  shape: AttentionShape,
  dropoutProbability: number,
): Tensor {
  const { device, tape } = scope;
  const hidden = query.shape[1];
  const { batch, sequence, heads } = shape;
  const dropout = dropoutProbability > 0
    ? scope.dropout?.next(dropoutProbability, heads * sequence)
    : undefined;
  const context = temporaryTensor(device, query.shape, "attention context");
  const size = groupSize(device, shape, hidden);
  const groups: AttentionGroup[] = [];
  for (let start = 0; start < batch; start += size) {
    const count = Math.min(size, batch - start);
    const part = ({ view }: Tensor): View => ({
      buffer: view.buffer,
      offset: view.offset + start * sequence * hidden,
      length: count * sequence * hidden,
    });
    const group = new AttentionGroup(
      device,
      part,
      lengths.of(start, count),
      { batch: count, sequence, heads },
      hidden,
      dropout && { ...dropout, first_example: dropout.first_example + start },
    );
    group.forward(query, key, value, context);
    groups.push(group);
  }
  tape?.record(context, (gradient) => {
    const tokens = (label: string) => temporaryTensor(device, query.shape, label);
    const [dQuery, dKey, dValue] = [
      tokens("query gradient"),
      tokens("key gradient"),
      tokens("value gradient"),
    ];
    for (const group of groups) {
      group.backward(query, key, value, gradient, dQuery, dKey, dValue);
    }
    tape.accumulate(query, dQuery);
    tape.accumulate(key, dKey);
    tape.accumulate(value, dValue);
  });
  return context;
}

/** Examples whose scores fit one binding and whose tokens start where a view may start. */
function groupSize(
  device: Device,
  { batch, sequence, heads }: AttentionShape,
  hidden: number,
): number {
  const perExample = heads * sequence * rowPitch(sequence);
  const most = Math.floor(device.limits.maxBindingBytes / 4 / perExample);
  if (most >= batch) return batch;
  let step = 1;
  while ((step * sequence * hidden) % VIEW_ALIGNMENT !== 0) step *= 2;
  const size = Math.floor(most / step) * step;
  if (size === 0) {
    throw new RangeError(
      `The attention scores of one example with ${sequence} tokens and ${heads} heads need ${
        4 * perExample * step
      } bytes in one binding, over this device's limit of ${device.limits.maxBindingBytes}; take shorter sequences`,
    );
  }
  return size;
}

function rowPitch(sequence: number): number {
  return Math.ceil(sequence / PITCH) * PITCH;
}

/** The attention of some consecutive examples. */
class AttentionGroup {
  readonly #device: Device;
  readonly #part: (tensor: Tensor) => View;
  readonly #lengths: View;
  readonly #shape: AttentionShape;
  readonly #hidden: number;
  readonly #pitch: number;
  readonly #uniforms: Uniforms;
  readonly #structural: { readonly dropout: boolean };
  readonly #probabilities: Tensor;
  /** The same as `#probabilities` without dropout. */
  readonly #dropped: Tensor;

  constructor(
    device: Device,
    part: (tensor: Tensor) => View,
    lengths: View,
    shape: AttentionShape,
    hidden: number,
    dropout: Uniforms | undefined,
  ) {
    this.#device = device;
    this.#part = part;
    this.#lengths = lengths;
    this.#shape = shape;
    this.#hidden = hidden;
    this.#pitch = rowPitch(shape.sequence);
    this.#structural = { dropout: dropout !== undefined };
    this.#uniforms = {
      batch: shape.batch,
      heads: shape.heads,
      queries: shape.sequence,
      keys: shape.sequence,
      pitch: this.#pitch,
      scale: 1 / Math.sqrt(hidden / shape.heads),
      ...(dropout ?? NO_DROPOUT),
    };
    this.#probabilities = this.#square("attention probabilities");
    this.#dropped = dropout === undefined
      ? this.#probabilities
      : this.#square("dropped probabilities");
  }

  forward(query: Tensor, key: Tensor, value: Tensor, context: Tensor): void {
    const scores = this.#square("attention scores");
    this.#tokensByTokens(this.#part(query), this.#part(key), scores.view);
    this.#device.run(softmaxForward, {
      bindings: {
        scores: scores.view,
        lengths: this.#lengths,
        probabilities: this.#probabilities.view,
        dropped: this.#dropped.view,
      },
      uniforms: this.#uniforms,
      structural: this.#structural,
    });
    this.#squareByTokens(this.#dropped.view, this.#part(value), this.#part(context), false);
  }

  backward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    gradient: Tensor,
    dQuery: Tensor,
    dKey: Tensor,
    dValue: Tensor,
  ): void {
    const part = this.#part;
    this.#squareByTokens(this.#dropped.view, part(gradient), part(dValue), true);
    const dProbabilities = this.#square("probability gradient");
    this.#tokensByTokens(part(gradient), part(value), dProbabilities.view);
    const dScores = this.#square("score gradient");
    this.#device.run(softmaxBackward, {
      bindings: {
        probabilities: this.#probabilities.view,
        d: dProbabilities.view,
        dscores: dScores.view,
      },
      uniforms: this.#uniforms,
      structural: this.#structural,
    });
    this.#squareByTokens(dScores.view, part(key), part(dQuery), false);
    this.#squareByTokens(dScores.view, part(query), part(dKey), true);
  }

  /** A matrix `[sequence, pitch]` for each head. */
  #square(label: string): Tensor {
    const { batch, heads, sequence } = this.#shape;
    return temporaryTensor(this.#device, [batch * heads * sequence, this.#pitch], label);
  }

  /** `out = x·yᵀ` per head: `[sequence, size]` by `[sequence, size]` to `[sequence, sequence]`. */
  #tokensByTokens(x: View, y: View, out: View): void {
    const { sequence, heads } = this.#shape;
    const [tokens, square] = this.#strides();
    matrixProduct(this.#device, {
      a: x,
      b: y,
      c: out,
      transposeB: true,
      m: sequence,
      n: sequence,
      k: this.#hidden / heads,
      lda: this.#hidden,
      ldb: this.#hidden,
      ldc: this.#pitch,
      batch: this.#products(tokens, tokens, square),
    });
  }

  /** `out = s·x` or `sᵀ·x` per head: `[sequence, sequence]` by `[sequence, size]` to `[sequence, size]`. */
  #squareByTokens(s: View, x: View, out: View, transposeA: boolean): void {
    const { sequence, heads } = this.#shape;
    const [tokens, square] = this.#strides();
    matrixProduct(this.#device, {
      a: s,
      b: x,
      c: out,
      transposeA,
      m: sequence,
      n: this.#hidden / heads,
      k: sequence,
      lda: this.#pitch,
      ldb: this.#hidden,
      ldc: this.#hidden,
      batch: this.#products(square, tokens, tokens),
    });
  }

  /** Outer and inner strides of token matrices and of score matrices. */
  #strides(): [tokens: ProductBatch["a"], square: ProductBatch["a"]] {
    const { sequence, heads } = this.#shape;
    return [
      [sequence * this.#hidden, this.#hidden / heads],
      [heads * sequence * this.#pitch, sequence * this.#pitch],
    ];
  }

  #products(a: ProductBatch["a"], b: ProductBatch["b"], c: ProductBatch["c"]): ProductBatch {
    const { batch, heads } = this.#shape;
    return { count: batch * heads, inner: heads, a, b, c };
  }
}
