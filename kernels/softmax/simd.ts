/**
 * Softmax of scores in WebAssembly. An item is a row.
 *
 * @module
 */
import type { Uniforms } from "../kernel.ts";
import { softmaxBackward, softmaxForward } from "./kernel.ts";
import { type Code, f32, f32x4, i32, i32x4, type Local } from "../simd/code.ts";
import type { FunctionBuilder } from "../simd/module_builder.ts";
import type { Division, SimdKernel } from "../simd/simd_kernel.ts";
import type { Library } from "../simd/library.ts";
import { across, byRows, clear, element, walk, zeroSum } from "../simd/walk.ts";

function divide({ batch, heads, queries, pitch }: Uniforms): Division {
  return byRows(batch * heads * queries, pitch);
}

/** The greatest of `scale·x` over `count` elements, in all lanes; −Infinity for none, NaN if one is. */
function greatest(f: FunctionBuilder, address: Code, count: Local, scale: Local): Local {
  const largest = f.local("v128", f32x4.constant(-Infinity));
  walk(f, { count, read: [address] }, ([x]) => {
    // The last elements come in all lanes here, which does not matter to a maximum.
    f.set(largest, f32x4.max(largest, f32x4.mul(scale, x)));
    return {};
  });
  f.set(largest, f32x4.max(largest, i32x4.shuffle(largest, largest, 2, 3, 0, 1)));
  f.set(largest, f32x4.max(largest, i32x4.shuffle(largest, largest, 1, 0, 3, 2)));
  return largest;
}

/** One row of scores. */
export interface ScoreRow {
  readonly scores: Code;
  /** Where the probabilities go; may be the same place. */
  readonly probabilities: Code;
  readonly count: Local;
  /** In all lanes. */
  readonly scale: Local;
}

/** Writes the softmax of a row. Gives the largest of its scaled scores, in all lanes, and the sum of the exponents relative to it. */
export function softmaxRow(
  f: FunctionBuilder,
  library: Library,
  { scores, probabilities, count, scale }: ScoreRow,
): { largest: Local; total: Local } {
  const largest = greatest(f, scores, count, scale);
  const sums = zeroSum(f);
  walk(f, { count, read: [scores], write: [probabilities], sums: [sums] }, ([x]) => {
    f.set(x, library.exp(f, f32x4.sub(f32x4.mul(scale, x), largest)));
    return { write: [x], add: [x] };
  });
  const total = f.local("f32", across(sums));
  const inverse = f.local("v128", f32x4.splat(f32.div(1, total)));
  walk(f, { count, read: [probabilities], write: [probabilities] }, ([p]) => ({
    write: [f32x4.mul(p, inverse)],
  }));
  f.release("v128", sums, inverse);
  return { largest, total };
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
      const dot = f.local("v128", f32x4.splat(across(products)));
      walk(f, { count: keys, read: [d, probabilities], write: [dscores] }, ([d, p]) => ({
        write: [f32x4.mul(f32x4.mul(scale, p), f32x4.sub(d, dot))],
      }));
      const rest = f.local("i32", i32.sub(pitch, keys));
      clear(f, element(dscores, keys), rest);
    });
  },
};

/** Fast paths of the family. */
export const SOFTMAX_SIMD: readonly SimdKernel[] = [forward, backward];
