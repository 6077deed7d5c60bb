/**
 * SIMD kernels of the cross-entropy. An item is a row of logits.
 *
 * @module
 */
import { crossEntropyBackward, crossEntropyForward } from "./kernel.ts";
import { IGNORED } from "./reference.ts";
import { type Code, f32, f32x4, i32, type Local, v128 } from "../simd/code.ts";
import { sumLanes, zeroSum } from "../simd/lanes.ts";
import type { FunctionBuilder } from "../simd/module_builder.ts";
import type { SimdKernel } from "../simd/simd_kernel.ts";
import { maximum } from "../simd/softmax_row.ts";
import { byRows, clear, element, walk } from "../simd/walk.ts";

/** The index of the first element equal to `value` (given in all lanes), or 0 if no element is. */
function firstEqual(f: FunctionBuilder, address: Code, count: Local, value: Local): Local {
  const found = f.local("i32", i32.constant(0));
  const index = f.local("i32", i32.constant(0));
  const position = f.local("i32", address);
  const fours = f.local("i32", i32.and(count, -4));
  const end = f.local("i32", fours);
  // Ends the loop early by setting its bound to 0, then continues one by one: from the vector that was found, or with the last few elements.
  f.while(index, end, 4, () => {
    f.if(v128.anyTrue(f32x4.eq(v128.load(position), value)), () => {
      f.set(found, index);
      f.set(end, i32.constant(0));
    });
    f.set(position, i32.add(position, 16));
  });
  const from = f.local("i32", i32.select(found, fours, i32.eqz(end)));
  f.set(found, i32.constant(0));
  f.set(end, count);
  f.set(index, from);
  f.set(position, element(address, index));
  f.while(index, end, 1, () => {
    f.if(f32.eq(f32.load(position), f32x4.extract(value, 0)), () => {
      f.set(found, index);
      f.set(end, i32.constant(0));
    });
    f.set(position, i32.add(position, 4));
  });
  f.release("i32", index, position, fours, end, from);
  return found;
}

const forward: SimdKernel = {
  kernel: crossEntropyForward,
  divide: ({ rows, columns }) => byRows(rows, columns),
  define: ({ exp, log }) => (f, at) => {
    const [columns, pitch] = ["columns", "pitch"].map((name) => f.local("i32", at.u32(name)));
    const row = at.begin;
    f.while(row, at.end, 1, () => {
      const logits = f.local("i32", element(at.u32("logits"), i32.mul(row, pitch)));
      const largest = maximum(f, logits, columns);
      const total = zeroSum(f);
      walk(f, { count: columns, read: [logits], sums: [total] }, ([x]) => ({
        add: [exp(f, f32x4.sub(x, largest))],
      }));
      const logSum = f32x4.extract(log(f, f32x4.splat(sumLanes(total))), 0);
      const lse = f.local("f32", f32.add(f32x4.extract(largest, 0), logSum));
      const label = f.local("i32", i32.load(element(at.u32("labels"), row)));
      const loss = element(at.u32("loss"), row);
      f.if(
        i32.eq(label, IGNORED),
        () => f.do(f32.store(loss, f32.constant(0))),
        () => f.do(f32.store(loss, f32.sub(lse, f32.load(element(logits, label))))),
      );
      f.do(f32.store(element(at.u32("log_sum_exp"), row), lse));
      const best = firstEqual(f, logits, columns, largest);
      f.do(i32.store(element(at.u32("prediction"), row), best));
    });
  },
};

const backward: SimdKernel = {
  kernel: crossEntropyBackward,
  divide: ({ rows, pitch }) => byRows(rows, pitch),
  define: ({ exp }) => (f, at) => {
    const [columns, pitch] = ["columns", "pitch"].map((name) => f.local("i32", at.u32(name)));
    const scale = f.local("v128", f32x4.splat(at.f32("scale")));
    const row = at.begin;
    f.while(row, at.end, 1, () => {
      const logits = f.local("i32", element(at.u32("logits"), i32.mul(row, pitch)));
      const label = f.local("i32", i32.load(element(at.u32("labels"), row)));
      f.if(i32.eq(label, IGNORED), () => clear(f, logits, pitch), () => {
        const lse = f.local("v128", v128.loadSplat(element(at.u32("log_sum_exp"), row)));
        const probability = (x: Code) => exp(f, f32x4.sub(x, lse));
        const target = f.local("i32", element(logits, label));
        // A label outside of the columns must not write to other memory.
        const inside = i32.ltU(label, columns);
        const ofLabel = f.local("v128", f32x4.constant(0));
        f.if(inside, () => f.set(ofLabel, probability(v128.loadSplat(target))));
        walk(f, { count: columns, read: [logits], write: [logits] }, ([x]) => ({
          write: [f32x4.mul(scale, probability(x))],
        }));
        f.if(
          inside,
          () => f.do(v128.storeLane(target, f32x4.mul(scale, f32x4.sub(ofLabel, 1)), 0)),
        );
        const rest = f.local("i32", i32.sub(pitch, columns));
        clear(f, element(logits, columns), rest);
      });
    });
  },
};

/** The SIMD kernels of the family. */
export const CROSS_ENTROPY_SIMD: readonly SimdKernel[] = [forward, backward];
