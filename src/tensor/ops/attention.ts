/**
 * Multi-head scaled dot-product attention (Vaswani et al., arXiv 1706.03762, §3.2) with a padding mask and dropout of the attention weights. The score matrices are not
 * stored: the backward pass recomputes them from the log-sum-exp of each row (Dao et al., arXiv 2205.14135).
 *
 * @module
 */
import {
  attentionBackwardKey,
  attentionBackwardQuery,
  attentionForward,
  attentionStatistics,
  type Uniforms,
} from "../../../kernels/mod.ts";
import { type Device, type View, VIEW_ALIGNMENT, whole } from "../../device/mod.ts";
import { NO_DROPOUT, type Scope } from "../scope.ts";
import { temporaryTensor, type Tensor } from "../tensor.ts";
import { temporaryIntegers } from "./embedding.ts";

/** Lengths of the sequences of a batch without padding. A group of examples is uploaded once, even if many layers use it. */
export class KeyLengths {
  readonly #device: Device;
  readonly #lengths: Uint32Array;
  readonly #uploaded = new Map<number, View>();

  /**
   * Uploads nothing yet.
   *
   * @param lengths number of tokens of each example without padding, at least 1
   */
  constructor(device: Device, lengths: Uint32Array) {
    this.#device = device;
    this.#lengths = lengths;
  }

  /** Returns the lengths of examples `start … start + count`. Calls with the same start must have the same count. */
  of(start: number, count: number): View {
    const known = this.#uploaded.get(start);
    if (known !== undefined) return known;
    const group = this.#lengths.subarray(start, start + count);
    const view = whole(temporaryIntegers(this.#device, group, "lengths"));
    this.#uploaded.set(start, view);
    return view;
  }
}

/** Sizes of an attention operation. */
export interface AttentionShape {
  /** Number of examples. */
  readonly batch: number;
  /** Number of tokens per example, with padding. */
  readonly sequence: number;
  /** Number of attention heads. */
  readonly heads: number;
  /** Size of a head. */
  readonly size: number;
}

/**
 * Computes `softmax(Q·Kᵀ/√d)·V` for each head. Head `h` uses columns `h·d … (h+1)·d` of the operands, where `d` is the size of a head and `H = heads·d`.
 *
 * @param tokens queries, keys and values `[batch·sequence, 3·P]`: queries from column 0 on, keys from P, and values from 2·P, where P is at least H and a multiple of
 * {@linkcode VIEW_ALIGNMENT}; see `projections`
 * @param lengths number of tokens of each example without padding; later keys are masked
 * @param dropoutProbability dropout probability of the attention weights
 * @returns `[batch·sequence, H]`
 * @throws {RangeError} if the tokens of one example do not fit in a binding of the device
 */
export function attention(
  scope: Scope,
  tokens: Tensor,
  lengths: KeyLengths,
  shape: AttentionShape,
  dropoutProbability: number,
): Tensor {
  const { device, tape } = scope;
  const { batch, heads, sequence, size } = shape;
  const dropout = dropoutProbability > 0
    ? scope.dropout?.next(dropoutProbability, heads * sequence)
    : undefined;
  const context = temporaryTensor(device, [batch * sequence, heads * size], "attention context");
  const groups = groupsOf(device, shape, tokens.shape[1], lengths, dropout);
  const logSumExps = groups.map((group) => group.forward(tokens, context));
  tape?.record(context, (dout) => {
    const gradient = temporaryTensor(device, tokens.shape, "query, key and value gradients");
    groups.forEach((group, i) => group.backward(tokens, context, dout, logSumExps[i], gradient));
    tape.accumulate(tokens, gradient);
  });
  return context;
}

/** Divides the examples into groups whose tokens fit in one binding. */
function groupsOf(
  device: Device,
  { batch, sequence, heads, size }: AttentionShape,
  pitch: number,
  lengths: KeyLengths,
  dropout: Uniforms | undefined,
): AttentionGroup[] {
  const most = groupSize(device, batch, sequence * pitch, sequence * heads * size);
  const groups: AttentionGroup[] = [];
  for (let start = 0; start < batch; start += most) {
    const count = Math.min(most, batch - start);
    const random = dropout && { ...dropout, first_example: dropout.first_example + start };
    groups.push(
      new AttentionGroup(device, lengths.of(start, count), start * sequence, {
        ...{ batch: count, heads, sequence, size, pitch, out_pitch: heads * size },
        ...(random ?? NO_DROPOUT),
        scale: 1 / Math.sqrt(size),
      }, dropout !== undefined),
    );
  }
  return groups;
}

/**
 * Returns the number of examples per group, such that groups fit in one binding and start at aligned offsets.
 *
 * @param perExample elements of queries, keys and values of an example, a multiple of {@linkcode VIEW_ALIGNMENT}
 * @param contextPerExample elements of an example's context
 */
function groupSize(
  device: Device,
  batch: number,
  perExample: number,
  contextPerExample: number,
): number {
  const most = Math.floor(device.limits.maxBindingBytes / 4 / perExample);
  if (most >= batch) return batch;
  let step = 1;
  while ((step * contextPerExample) % VIEW_ALIGNMENT !== 0) step *= 2;
  const size = Math.floor(most / step) * step;
  if (size === 0) {
    throw new RangeError(
      `Attention needs a binding of ${
        4 * perExample * step
      } bytes for one example, but the device's limit is ${device.limits.maxBindingBytes}. Use shorter sequences.`,
    );
  }
  return size;
}

/** The attention of consecutive examples. */
class AttentionGroup {
  readonly #device: Device;
  readonly #lengths: View;
  /** Index of the first token. */
  readonly #first: number;
  readonly #uniforms: Uniforms;
  readonly #structural: { readonly dropout: boolean };

  constructor(
    device: Device,
    lengths: View,
    first: number,
    uniforms: Uniforms,
    dropout: boolean,
  ) {
    this.#device = device;
    this.#lengths = lengths;
    this.#first = first;
    this.#uniforms = uniforms;
    this.#structural = { dropout };
  }

  /** Computes the group's part of `context`, and returns the log-sum-exp of each row of scores. */
  forward(tokens: Tensor, context: Tensor): Tensor {
    const { batch, heads, sequence } = this.#uniforms;
    const rows = [batch * heads * sequence];
    const logSumExp = temporaryTensor(this.#device, rows, "attention log sum exp");
    this.#device.run(attentionForward, {
      bindings: {
        ...this.#inputs(tokens),
        out: this.#part(context),
        lengths: this.#lengths,
        log_sum_exp: logSumExp.view,
      },
      uniforms: this.#uniforms,
      structural: this.#structural,
    });
    return logSumExp;
  }

  /** Computes the group's part of `gradient`, the gradient of `tokens`. */
  backward(
    tokens: Tensor,
    context: Tensor,
    dout: Tensor,
    logSumExp: Tensor,
    gradient: Tensor,
  ): void {
    const device = this.#device;
    const statistics = temporaryTensor(
      device,
      [...logSumExp.shape, 2],
      "attention statistics",
    );
    const { batch, heads, sequence, size, out_pitch, pitch } = this.#uniforms;
    device.run(attentionStatistics, {
      bindings: {
        out: this.#part(context),
        dout: this.#part(dout),
        log_sum_exp: logSumExp.view,
        statistics: statistics.view,
      },
      uniforms: { batch, heads, sequence, size, out_pitch },
    });
    const bindings = {
      ...this.#inputs(tokens),
      dout: this.#part(dout),
      lengths: this.#lengths,
      statistics: statistics.view,
    };
    device.run(attentionBackwardKey, {
      bindings: { ...bindings, dkey_dvalue: this.#part(gradient, pitch / 3) },
      uniforms: { ...this.#uniforms, dvalue_column: pitch / 3 },
      structural: this.#structural,
    });
    device.run(attentionBackwardQuery, {
      bindings: { ...bindings, dquery: this.#part(gradient) },
      uniforms: this.#uniforms,
      structural: this.#structural,
    });
  }

  #inputs(tokens: Tensor): { query: View; key: View; value: View } {
    const { pitch } = this.#uniforms;
    return {
      query: this.#part(tokens),
      key: this.#part(tokens, pitch / 3),
      value: this.#part(tokens, 2 * pitch / 3),
    };
  }

  /** Returns the group's rows of a tensor, from a column on. */
  #part({ view: { buffer, offset }, shape: [, pitch] }: Tensor, column = 0): View {
    const { batch, sequence } = this.#uniforms;
    return {
      buffer,
      offset: offset + this.#first * pitch + column,
      length: batch * sequence * pitch - column,
    };
  }
}
