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
}

/**
 * Computes `softmax(Q·Kᵀ/√d)·V` for each head. Head `h` uses columns `h·d … (h+1)·d` of the operands, where `d = H/heads`.
 *
 * @param query `[batch·sequence, H]`
 * @param key `[batch·sequence, H]`
 * @param value `[batch·sequence, H]`
 * @param lengths number of tokens of each example without padding; later keys are masked
 * @param dropoutProbability dropout probability of the attention weights
 * @returns `[batch·sequence, H]`
 * @throws {RangeError} if the tokens of one example do not fit in a binding of the device
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
  const { heads, sequence } = shape;
  const dropout = dropoutProbability > 0
    ? scope.dropout?.next(dropoutProbability, heads * sequence)
    : undefined;
  const context = temporaryTensor(device, query.shape, "attention context");
  const groups = groupsOf(device, shape, query.shape[1], lengths, dropout);
  const inputs = { query, key, value };
  const logSumExps = groups.map((group) => group.forward(inputs, context));
  tape?.record(context, (dout) => {
    const tokens = (label: string) => temporaryTensor(device, query.shape, label);
    const gradients = {
      dquery: tokens("query gradient"),
      dkey: tokens("key gradient"),
      dvalue: tokens("value gradient"),
    };
    groups.forEach((group, i) =>
      group.backward({ ...inputs, dout }, context, logSumExps[i], gradients)
    );
    tape.accumulate(query, gradients.dquery);
    tape.accumulate(key, gradients.dkey);
    tape.accumulate(value, gradients.dvalue);
  });
  return context;
}

/** Tensors by their names in the kernels. */
type Named = Readonly<Record<string, Tensor>>;

/** Divides the examples into groups whose tokens fit in one binding. */
function groupsOf(
  device: Device,
  { batch, sequence, heads }: AttentionShape,
  hidden: number,
  lengths: KeyLengths,
  dropout: Uniforms | undefined,
): AttentionGroup[] {
  const size = groupSize(device, batch, sequence * hidden);
  const groups: AttentionGroup[] = [];
  for (let start = 0; start < batch; start += size) {
    const count = Math.min(size, batch - start);
    const random = dropout && { ...dropout, first_example: dropout.first_example + start };
    groups.push(
      new AttentionGroup(device, lengths.of(start, count), start * sequence * hidden, {
        ...{ batch: count, heads, sequence, size: hidden / heads, pitch: hidden },
        ...(random ?? NO_DROPOUT),
        scale: 1 / Math.sqrt(hidden / heads),
      }, dropout !== undefined),
    );
  }
  return groups;
}

/** Returns the number of examples per group, such that groups fit in one binding and start at aligned offsets. */
function groupSize(device: Device, batch: number, perExample: number): number {
  const most = Math.floor(device.limits.maxBindingBytes / 4 / perExample);
  if (most >= batch) return batch;
  let step = 1;
  while ((step * perExample) % VIEW_ALIGNMENT !== 0) step *= 2;
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
  readonly #first: number;
  readonly #uniforms: Uniforms;
  readonly #structural: { readonly dropout: boolean };

  /** @param first offset, in elements, of the group's tokens in each operand */
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
  forward(inputs: Named, context: Tensor): Tensor {
    const { batch, heads, sequence } = this.#uniforms;
    const rows = [batch * heads * sequence];
    const logSumExp = temporaryTensor(this.#device, rows, "attention log sum exp");
    this.#device.run(attentionForward, {
      bindings: {
        ...this.#parts({ ...inputs, out: context }),
        lengths: this.#lengths,
        log_sum_exp: logSumExp.view,
      },
      uniforms: this.#uniforms,
      structural: this.#structural,
    });
    return logSumExp;
  }

  /** Computes the group's part of the gradients. */
  backward(
    inputs: Named,
    context: Tensor,
    logSumExp: Tensor,
    { dquery, ...others }: Named,
  ): void {
    const device = this.#device;
    const statistics = temporaryTensor(
      device,
      [...logSumExp.shape, 2],
      "attention statistics",
    );
    const { batch, heads, sequence, size, pitch } = this.#uniforms;
    device.run(attentionStatistics, {
      bindings: {
        ...this.#parts({ out: context, dout: inputs.dout }),
        log_sum_exp: logSumExp.view,
        statistics: statistics.view,
      },
      uniforms: { batch, heads, sequence, size, pitch },
    });
    for (
      const [kernel, written] of [
        [attentionBackwardKey, others],
        [attentionBackwardQuery, { dquery }],
      ] as const
    ) {
      device.run(kernel, {
        bindings: {
          ...this.#parts({ ...inputs, ...written }),
          lengths: this.#lengths,
          statistics: statistics.view,
        },
        uniforms: this.#uniforms,
        structural: this.#structural,
      });
    }
  }

  /** Returns the group's part of each tensor. */
  #parts(tensors: Named): Record<string, View> {
    const { batch, sequence, pitch } = this.#uniforms;
    const part = ({ view: { buffer, offset } }: Tensor): View => ({
      buffer,
      offset: offset + this.#first,
      length: batch * sequence * pitch,
    });
    return Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [name, part(tensor)]),
    );
  }
}
