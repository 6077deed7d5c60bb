/**
 * Reverse-mode differentiation: operations leave a note on the tape, and {@linkcode Tape.backward} reads the notes from the last to the first.
 *
 * @module
 */
import { elementwiseAdd, elementwiseScaleAdd } from "../../kernels/mod.ts";
import type { Device } from "../device/mod.ts";
import { inRanges } from "./ops/ranges.ts";
import { temporaryTensor, type Tensor } from "./tensor.ts";

/** Records backward steps and holds the gradients of intermediate tensors while they are needed. */
export class Tape {
  readonly #device: Device;
  readonly #notes: { output: Tensor; backward: (gradient: Tensor) => void }[] = [];
  readonly #gradients = new Map<Tensor, Tensor>();

  /** Starts empty. */
  constructor(device: Device) {
    this.#device = device;
  }

  /** Notes how the gradient of `output` reaches the inputs. Skipped in backward when nothing depended on `output`. */
  record(output: Tensor, backward: (gradient: Tensor) => void): void {
    this.#notes.push({ output, backward });
  }

  /**
   * Adds a contribution to the gradient of a tensor: into its own memory if it is trainable, else on the tape. The tape keeps
   * `contribution`, so nobody may write it afterwards.
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

  /** The gradient gathered so far for a tensor that is not trainable. */
  gradientOf(tensor: Tensor): Tensor | undefined {
    return this.#gradients.get(tensor);
  }

  /**
   * Walks the notes backwards. The gradients of the final outputs must have been given by {@linkcode Tape.accumulate}. What is recorded meanwhile comes next:
   * so a part of the forward pass can be done again where its notes would have been (see {@linkcode recomputed}).
   */
  backward(): void {
    for (let note = this.#notes.pop(); note !== undefined; note = this.#notes.pop()) {
      const { output, backward } = note;
      const gradient = this.#gradients.get(output);
      if (gradient === undefined) continue;
      this.#gradients.delete(output);
      backward(gradient);
    }
    this.#gradients.clear();
  }
}
