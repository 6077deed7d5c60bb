/**
 * SIMD kernels of attention pooling. An item is an example.
 *
 * @module
 */
import type { Uniforms } from "../kernel.ts";
import { multiply, transpose } from "../attention/simd_block.ts";
import { type Code, f32x4, i32 } from "../simd/code.ts";
import { sumLanes, zeroSum } from "../simd/lanes.ts";
import type { FunctionBuilder } from "../simd/module_builder.ts";
import type { Division, Parameters, SimdKernel } from "../simd/simd_kernel.ts";
import { softmaxRow } from "../simd/softmax_row.ts";
import { byRows, element, walk } from "../simd/walk.ts";
import { poolingBackward, poolingForward } from "./kernel.ts";

function divide({ batch, sequence, columns }: Uniforms): Division {
  return byRows(batch, sequence * columns);
}

/** The sizes, and the parts of bindings that belong to the current example, as matrices. */
function examplesOf(f: FunctionBuilder, at: Parameters) {
  const variable = (value: Code) => f.local("i32", value);
  const [sequence, columns] = ["sequence", "columns"].map((name) => variable(at.u32(name)));
  const part = (name: string, size: Code, width: Code) => ({
    at: variable(element(at.u32(name), i32.mul(at.begin, size))),
    pitch: i32.shl(width, 2),
    transposed: i32.constant(0),
  });
  return {
    sequence,
    columns,
    /** `[1, sequence]`. */
    tokens: (name: string) => part(name, sequence, sequence),
    /** `[1, columns]`. */
    row: (name: string) => part(name, columns, columns),
    /** `[sequence, columns]`. */
    matrix: (name: string) => part(name, i32.mul(sequence, columns), columns),
  };
}

const forward: SimdKernel = {
  kernel: poolingForward,
  divide,
  define: (library) => (f, at) => {
    const { sequence, columns, tokens, row, matrix } = examplesOf(f, at);
    const scale = f.local("v128", f32x4.constant(1));
    f.while(at.begin, at.end, 1, () => {
      const [scores, weights] = [tokens("logits"), tokens("weights")];
      softmaxRow(f, library, {
        scores: scores.at,
        probabilities: weights.at,
        count: sequence,
        scale,
      });
      const sizes = [i32.constant(1), sequence, columns] as const;
      multiply(f, at, library, row("pooled"), sizes, weights, matrix("x"));
    });
  },
};

const backward: SimdKernel = {
  kernel: poolingBackward,
  divide,
  define: (library) => (f, at) => {
    const { sequence, columns, tokens, row, matrix } = examplesOf(f, at);
    const one = i32.constant(1);
    f.while(at.begin, at.end, 1, () => {
      const [weights, d, gradient] = [tokens("weights"), tokens("dlogits"), row("dpooled")];
      multiply(f, at, library, d, [one, columns, sequence], gradient, transpose(matrix("x")));
      const terms = zeroSum(f);
      walk(f, { count: sequence, read: [d.at, weights.at], sums: [terms] }, ([d, p]) => ({
        add: [f32x4.mul(d, p)],
      }));
      const dot = f.local("v128", f32x4.splat(sumLanes(terms)));
      walk(f, { count: sequence, read: [d.at, weights.at], write: [d.at] }, ([d, p]) => ({
        write: [f32x4.mul(p, f32x4.sub(d, dot))],
      }));
      multiply(
        f,
        at,
        library,
        matrix("dx"),
        [sequence, one, columns],
        transpose(weights),
        gradient,
      );
    });
  },
};

/** The SIMD kernels of the family. */
export const POOLING_SIMD: readonly SimdKernel[] = [forward, backward];
