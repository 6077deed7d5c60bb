/**
 * Reverse-mode automatic differentiation: operations record a backward function on the tape, and {@linkcode Tape.backward} calls them in reverse order.
 *
 * @module
 */
import { elementwiseAdd, elementwiseScaleAdd } from "../../kernels/mod.ts";
import type { Device, View } from "../device/mod.ts";
import { inRanges, temporaryTensor, type Tensor } from "./tensor.ts";

/** Records backward functions, and stores the gradients of intermediate tensors while they are needed. */
export class Tape {
  readonly #device: Device;
  readonly #entries: { output: Tensor; backward: (gradient: Tensor) => void }[] = [];
  readonly #gradients = new Map<Tensor, Tensor>();

  /** Creates an empty tape. */
  constructor(device: Device) {
    this.#device = device;
  }

  /** Records a function that propagates the gradient of `output` to the inputs. It is not called if no loss depends on `output`. */
  record(output: Tensor, backward: (gradient: Tensor) => void): void {
    this.#entries.push({ output, backward });
  }

  /**
   * Adds a contribution to the gradient of a tensor: to its gradient memory if it is trainable, else to a gradient on the tape. The tape may keep `contribution`,
   * so its contents must not change afterwards.
   */
  accumulate(tensor: Tensor, contribution: Tensor): void {
    if (tensor.gradient !== undefined) {
      inRanges(
        this.#device,
        [contribution.view, tensor.gradient],
        ([x, y], count) =>
          this.#device.run(elementwiseScaleAdd, {
            bindings: { x, y },
            uniforms: { count, alpha: 1, beta: 1 },
          }),
      );
      return;
    }
    const earlier = this.#gradients.get(tensor);
    if (earlier === undefined) {
      this.#gradients.set(tensor, contribution);
      return;
    }
    const sum = temporaryTensor(this.#device, tensor.shape, "gradient sum");
    const views = [earlier.view, contribution.view, sum.view];
    inRanges(
      this.#device,
      views,
      ([a, b, out], count) =>
        this.#device.run(elementwiseAdd, { bindings: { a, b, out }, uniforms: { count } }),
    );
    this.#gradients.set(tensor, sum);
  }

  /**
   * Adds a contribution that an operation can compute in place. `add` gets the memory of the gradient, and whether to add to it or to overwrite it. It must be the
   * last use of the gradients that the operation's backward function reads, since it may overwrite them.
   *
   * @param read the views that `add` reads, which the memory must not overlap
   * @param label label of the gradient's memory if the tensor does not have a gradient yet
   */
  contribute(
    tensor: Tensor,
    label: string,
    read: readonly View[],
    add: (gradient: View, accumulate: boolean) => void,
  ): void {
    const earlier = tensor.gradient ?? this.#gradients.get(tensor)?.view;
    if (earlier !== undefined && this.#isFree(tensor, earlier, read)) return add(earlier, true);
    const gradient = temporaryTensor(this.#device, tensor.shape, label);
    add(gradient.view, false);
    this.accumulate(tensor, gradient);
  }

  /** Whether the memory of a tensor's gradient can be overwritten: nothing else reads it later. */
  #isFree(tensor: Tensor, { buffer }: View, read: readonly View[]): boolean {
    if (read.some((view) => view.buffer === buffer)) return false;
    if (tensor.gradient !== undefined) return true;
    if (!buffer.temporary) return false;
    for (const [other, { view }] of this.#gradients) {
      if (other !== tensor && view.buffer === buffer) return false;
    }
    return true;
  }

  /** Returns the gradient accumulated so far for a tensor that is not trainable. */
  gradientOf(tensor: Tensor): Tensor | undefined {
    return this.#gradients.get(tensor);
  }

  /**
   * Calls the recorded functions in reverse order, after the gradients of the outputs were set with {@linkcode Tape.accumulate}. Functions recorded meanwhile are
   * called next, so a segment of the forward pass can be recomputed in place of its original entries (see {@linkcode recomputed}).
   */
  backward(): void {
    for (let entry = this.#entries.pop(); entry !== undefined; entry = this.#entries.pop()) {
      const { output, backward } = entry;
      const gradient = this.#gradients.get(output);
      if (gradient === undefined) continue;
      this.#gradients.delete(output);
      backward(gradient);
    }
    this.#gradients.clear();
  }
}
