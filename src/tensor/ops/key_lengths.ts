/**
 * How many keys of each example are no padding, on the device, for any group of examples.
 *
 * @module
 */
import { type Device, type View, whole } from "../../device/mod.ts";
import { temporaryIntegers } from "./embedding.ts";

/** Lengths of a batch. Each group is uploaded once, however many layers ask for it. */
export class KeyLengths {
  readonly #device: Device;
  readonly #lengths: Uint32Array;
  readonly #uploaded = new Map<number, View>();

  /**
   * Keeps the lengths until a group is asked for.
   *
   * @param lengths tokens of each example that are no padding, each at least 1
   */
  constructor(device: Device, lengths: Uint32Array) {
    this.#device = device;
    this.#lengths = lengths;
  }

  /** Lengths of the examples `start … start + count`; a start is always asked for with one count. */
  of(start: number, count: number): View {
    const known = this.#uploaded.get(start);
    if (known !== undefined) return known;
    const group = this.#lengths.subarray(start, start + count);
    const view = whole(temporaryIntegers(this.#device, group, "lengths"));
    this.#uploaded.set(start, view);
    return view;
  }
}
