/**
 * SIMD kernels of gradient norms and parameter updates. An item is a block of the flat parameters.
 *
 * @module
 */
import type { Uniforms } from "../kernel.ts";
import {
  optimizerAdamw,
  optimizerLambApply,
  optimizerLambMoments,
  optimizerSquareSums,
} from "./kernel.ts";
import { type Code, f32, f32x4, i32, i32x4, type Local, v128 } from "../simd/code.ts";
import { sumLanes, zeroSum } from "../simd/lanes.ts";
import type { FunctionBuilder } from "../simd/module_builder.ts";
import type { Division, Parameters, SimdKernel } from "../simd/simd_kernel.ts";
import { element, walk } from "../simd/walk.ts";

/** Blocks that a thread takes at a time. */
const GRAIN = 4;

function byBlocks({ block_count }: Uniforms): Division {
  return { items: block_count, grain: GRAIN };
}

interface Block {
  readonly start: Local;
  readonly length: Local;
  /** Twice the number of the tensor, plus 1 if its weights decay. */
  readonly owner: Local;
}

function eachBlock(f: FunctionBuilder, at: Parameters, body: (block: Block) => void): void {
  f.while(at.begin, at.end, 1, () => {
    const triple = f.local("i32", i32.add(at.u32("blocks"), i32.mul(at.begin, 12)));
    body({
      start: f.local("i32", i32.load(triple)),
      length: f.local("i32", i32.load(triple, 4)),
      owner: f.local("i32", i32.load(triple, 8)),
    });
  });
}

/** Like {@linkcode eachBlock}, but does nothing if the flag for non-finite gradients is set. */
function eachBlockUnlessFlagged(
  f: FunctionBuilder,
  at: Parameters,
  body: (block: Block) => void,
): void {
  f.if(i32.eqz(i32.load(at.u32("flag"))), () => eachBlock(f, at, body));
}

/** The weight decay of a block's owner, 0 for one without, in all lanes. */
function decayOf(f: FunctionBuilder, at: Parameters, owner: Local): Local {
  return f.local(
    "v128",
    f32x4.splat(f32.select(at.f32("weight_decay"), 0, i32.and(owner, 1))),
  );
}

/** A uniform in all lanes. */
function splatted(f: FunctionBuilder, at: Parameters, name: string): Local {
  return f.local("v128", f32x4.splat(at.f32(name)));
}

/** m / (√v + ε) + decay·w */
function updateOf(m: Code, v: Code, w: Code, epsilon: Code, decay: Code): Code {
  return f32x4.add(f32x4.div(m, f32x4.add(f32x4.sqrt(v), epsilon)), f32x4.mul(decay, w));
}

/** Loads the constants of the moments. Returns a function that clips a gradient and updates `m` and `v` with it. */
function momentsOf(f: FunctionBuilder, at: Parameters) {
  const [beta1, beta2, rest1, rest2] = [
    "beta1",
    "beta2",
    "one_minus_beta1",
    "one_minus_beta2",
  ].map((name) => splatted(f, at, name));
  const clip = f.local("v128", v128.loadSplat(at.u32("norm"), 4));
  return (gradient: Local, m: Local, v: Local): void => {
    f.set(gradient, f32x4.mul(gradient, clip));
    f.set(m, f32x4.add(f32x4.mul(beta1, m), f32x4.mul(rest1, gradient)));
    f.set(
      v,
      f32x4.add(f32x4.mul(beta2, v), f32x4.mul(f32x4.mul(rest2, gradient), gradient)),
    );
  };
}

const squareSums: SimdKernel = {
  kernel: optimizerSquareSums,
  divide: byBlocks,
  define: () => (f, at) => {
    const sumBlocks = (check: boolean) =>
      eachBlock(f, at, ({ start, length }) => {
        const sum = zeroSum(f);
        const found = f.local("v128", i32x4.constant(0));
        walk(f, { count: length, read: [element(at.u32("x"), start)], sums: [sum] }, ([x]) => {
          if (check) {
            f.set(found, v128.or(found, i32x4.eq(v128.and(x, 0x7f80_0000), 0x7f80_0000)));
          }
          return { add: [f32x4.mul(x, x)] };
        });
        if (check) {
          f.if(v128.anyTrue(found), () => f.do(i32.store(at.u32("flag"), i32.constant(1))));
        }
        f.do(f32.store(element(at.u32("partials"), at.begin), sumLanes(sum)));
      });
    f.if(at.is("check", true), () => sumBlocks(true), () => sumBlocks(false));
  },
};

const lambMoments: SimdKernel = {
  kernel: optimizerLambMoments,
  divide: byBlocks,
  define: () => (f, at) => {
    const move = momentsOf(f, at);
    const epsilon = splatted(f, at, "epsilon");
    eachBlockUnlessFlagged(f, at, ({ start, length, owner }) => {
      const decay = decayOf(f, at, owner);
      const [w, g, m, v] = ["weights", "gradients", "m", "v"].map((name) =>
        f.local("i32", element(at.u32(name), start))
      );
      const sums = [zeroSum(f), zeroSum(f)];
      walk(f, { count: length, read: [w, g, m, v], write: [m, v], sums }, ([w, g, m, v]) => {
        move(g, m, v);
        // The gradient is not needed anymore.
        f.set(g, updateOf(m, v, w, epsilon, decay));
        return { write: [m, v], add: [f32x4.mul(w, w), f32x4.mul(g, g)] };
      });
      const partial = f.local("i32", i32.add(at.u32("partials"), i32.shl(at.begin, 3)));
      f.do(f32.store(partial, sumLanes(sums[0])), f32.store(partial, sumLanes(sums[1]), 4));
    });
  },
};

const lambApply: SimdKernel = {
  kernel: optimizerLambApply,
  divide: byBlocks,
  define: () => (f, at) => {
    const epsilon = splatted(f, at, "epsilon");
    eachBlockUnlessFlagged(f, at, ({ start, length, owner }) => {
      const decay = decayOf(f, at, owner);
      const ratio = f32.load(element(at.u32("ratios"), i32.shrU(owner, 1)));
      const rate = f.local("v128", f32x4.splat(f32.mul(at.f32("learning_rate"), ratio)));
      const [w, m, v] = ["weights", "m", "v"].map((name) =>
        f.local("i32", element(at.u32(name), start))
      );
      walk(f, { count: length, read: [w, m, v], write: [w] }, ([w, m, v]) => ({
        write: [f32x4.sub(w, f32x4.mul(rate, updateOf(m, v, w, epsilon, decay)))],
      }));
    });
  },
};

const adamw: SimdKernel = {
  kernel: optimizerAdamw,
  divide: byBlocks,
  define: () => (f, at) => {
    const move = momentsOf(f, at);
    const [epsilon, rate] = ["epsilon", "learning_rate"].map((name) => splatted(f, at, name));
    eachBlockUnlessFlagged(f, at, ({ start, length, owner }) => {
      const decay = decayOf(f, at, owner);
      const [w, g, m, v] = ["weights", "gradients", "m", "v"].map((name) =>
        f.local("i32", element(at.u32(name), start))
      );
      walk(f, { count: length, read: [w, g, m, v], write: [w, m, v] }, ([w, g, m, v]) => {
        move(g, m, v);
        return {
          write: [f32x4.sub(w, f32x4.mul(rate, updateOf(m, v, w, epsilon, decay))), m, v],
        };
      });
    });
  },
};

/** The SIMD kernels of the family. */
export const OPTIMIZER_SIMD: readonly SimdKernel[] = [
  squareSums,
  lambMoments,
  lambApply,
  adamw,
];
