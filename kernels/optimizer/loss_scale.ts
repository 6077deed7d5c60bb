/**
 * Signature of the dynamic loss scale's update.
 *
 * @module
 */
import {
  type BindingArrays,
  type Kernel,
  type Structural,
  type Uniforms,
  WRITE,
  WRITE_U32,
} from "../kernel.ts";
import { lossScale } from "./optimizer.wgsl.ts";

/** Elements of the state: scale, good steps, skipped steps, whether it was given up. */
export const LOSS_SCALE_STATE = 4;

function reference(
  { flag, state }: BindingArrays,
  { interval, largest }: Uniforms,
  _structural: Structural,
  begin: number,
  end: number,
): void {
  if (begin === end) return; // the one item is somebody else's
  const [scale, good, skipped, gaveUp] = state;
  if (flag[0] !== 0) {
    const hopeless = scale <= 1;
    state.set([hopeless ? scale : scale / 2, 0, skipped + (gaveUp === 0 ? 1 : 0), +hopeless]);
    if (!hopeless) flag[0] = 0;
  } else if (good + 1 >= interval && scale < largest) state.set([scale * 2, 0], 0);
  else state[1] = good + 1;
}

/**
 * After a step: where the flag says that it met NaN or infinity, halves the scale and takes the flag down (at a scale of 1 it stays up, and the state says so);
 * after `interval` good ones doubles the scale, up to `largest`.
 */
export const optimizerLossScale: Kernel = {
  name: "optimizer.loss_scale",
  bindings: { flag: WRITE_U32, state: WRITE },
  uniforms: { interval: "u32", largest: "f32" },
  structural: {},
  variants: [{
    name: "single",
    numerics: "exact order",
    supports: () => true,
    workgroupSize: 1,
    body: () => lossScale,
    workgroups: () => [1, 1, 1],
  }],
  lengths: () => ({ flag: 1, state: LOSS_SCALE_STATE }),
  items: () => 1,
  reference,
  work: () => ({ flops: 1, bytes: 40 }),
  cases: () =>
    [
      [0, 1024, 3, 5, 0], // one good step more
      [0, 1024, 9, 5, 0], // enough of them
      [0, 65536, 9, 0, 0], // at its largest
      [1, 1024, 3, 5, 0], // skipped
      [1, 1, 3, 5, 0], // nothing left to halve
      [1, 1, 0, 6, 1], // and again
    ].map(([flag, ...state]) => ({
      structural: {},
      uniforms: { interval: 10, largest: 65536 },
      fill: { flag: () => [flag], state: () => state },
    })),
};
