/**
 * Scaled dot-product attention over heads, with padding masks and dropout on the probabilities. The matrices of scores are never held: the backward pass
 * computes them again from the logs of the sums of exponents.
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
import { type Device, type View, VIEW_ALIGNMENT } from "../../device/mod.ts";
import { NO_DROPOUT, type Scope } from "../scope.ts";
import { temporaryTensor, type Tensor } from "../tensor.ts";
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

/**
 * `softmax(Q·Kᵀ/√d)·V` for each head, where the head `h` is the columns `h·d … (h+1)·d` of each operand.
 *
 * @param query `[batch·sequence, hidden]`, likewise `key` and `value`
 * @param lengths tokens of each example that are not padding, `[batch]`; keys beyond are masked
 * @param dropoutProbability of the attention probabilities
 * @returns `[batch·sequence, hidden]`
 * @throws {RangeError} when not even one example's tokens fit a binding of the device.
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

/** Tensors by the names that kernels have for them. */
type Named = Readonly<Record<string, Tensor>>;

/** Examples divided so that the tokens of a group fit one binding. */
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

/** Examples whose tokens fit one binding and start where a view may start. */
function groupSize(device: Device, batch: number, perExample: number): number {
  const most = Math.floor(device.limits.maxBindingBytes / 4 / perExample);
  if (most >= batch) return batch;
  let step = 1;
  while ((step * perExample) % VIEW_ALIGNMENT !== 0) step *= 2;
  const size = Math.floor(most / step) * step;
  if (size === 0) {
    throw new RangeError(
      `The attention of one example needs ${
        4 * perExample * step
      } bytes in one binding, over this device's limit of ${device.limits.maxBindingBytes}; take shorter sequences`,
    );
  }
  return size;
}

/** The attention of some consecutive examples. */
class AttentionGroup {
  readonly #device: Device;
  readonly #lengths: View;
  readonly #first: number;
  readonly #uniforms: Uniforms;
  readonly #structural: { readonly dropout: boolean };

  /** `first`: where the group's tokens start in each operand. */
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

  /** Computes the group's part of `context`; gives the log of the sum of exponents of each row. */
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

  /** What the group has of each tensor. */
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
