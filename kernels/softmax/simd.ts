/**
 * SIMD kernels of the softmax. An item is a row of scores.
 *
 * @module
 */
import type { Uniforms } from "../kernel.ts";
import { softmaxBackward, softmaxForward } from "./kernel.ts";
import { f32x4, i32 } from "../simd/code.ts";
import { sumLanes, zeroSum } from "../simd/lanes.ts";
import type { Division, SimdKernel } from "../simd/simd_kernel.ts";
import { softmaxRow } from "../simd/softmax_row.ts";
import { byRows, clear, element, walk } from "../simd/walk.ts";

function divide({ batch, heads, queries, pitch }: Uniforms): Division {
  return byRows(batch * heads * queries, pitch);
}

const forward: SimdKernel = {
  kernel: softmaxForward,
  divide,
  define: (library) => (f, at) => {
    const [keys, pitch] = ["keys", "pitch"].map((name) => f.local("i32", at.u32(name)));
    const rowsOfExample = f.local("i32", i32.mul(at.u32("heads"), at.u32("queries")));
    const scale = f.local("v128", f32x4.splat(at.f32("scale")));
    const row = at.begin;
    f.while(row, at.end, 1, () => {
      const start = f.local("i32", i32.mul(row, pitch));
      const [scores, probabilities] = ["scores", "probabilities"].map((name) =>
        f.local("i32", element(at.u32(name), start))
      );
      const example = i32.divU(row, rowsOfExample);
      const length = f.local("i32", i32.load(element(at.u32("lengths"), example)));
      f.set(length, i32.minU(length, keys));
      softmaxRow(f, library, { scores, probabilities, count: length, scale });
      const rest = f.local("i32", i32.sub(pitch, length));
      clear(f, element(probabilities, length), rest);
    });
  },
};

const backward: SimdKernel = {
  kernel: softmaxBackward,
  divide,
  define: () => (f, at) => {
    const [keys, pitch] = ["keys", "pitch"].map((name) => f.local("i32", at.u32(name)));
    const scale = f.local("v128", f32x4.splat(at.f32("scale")));
    const row = at.begin;
    f.while(row, at.end, 1, () => {
      const start = f.local("i32", i32.mul(row, pitch));
      const [probabilities, d, dscores] = ["probabilities", "d", "dscores"].map((name) =>
        f.local("i32", element(at.u32(name), start))
      );
      const products = zeroSum(f);
      walk(f, { count: keys, read: [d, probabilities], sums: [products] }, ([d, p]) => ({
        add: [f32x4.mul(d, p)],
      }));
      const dot = f.local("v128", f32x4.splat(sumLanes(products)));
      walk(f, { count: keys, read: [d, probabilities], write: [dscores] }, ([d, p]) => ({
        write: [f32x4.mul(f32x4.mul(scale, p), f32x4.sub(d, dot))],
      }));
      const rest = f.local("i32", i32.sub(pitch, keys));
      clear(f, element(dscores, keys), rest);
    });
  },
};

/** The SIMD kernels of the family. */
export const SOFTMAX_SIMD: readonly SimdKernel[] = [forward, backward];
