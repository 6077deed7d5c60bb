/**
 * What comes after the sums of a matrix product: bias and activation.
 *
 * @module
 */
import { ACTIVATIONS } from "../activation/activation.ts";
import { matmulMatmul } from "./kernel.ts";
import { type Code, f32x4, i32, type Local } from "../simd/code.ts";
import type { FunctionBuilder } from "../simd/module_builder.ts";
import type { Parameters, SimdKernel } from "../simd/simd_kernel.ts";
import type { Library } from "../simd/library.ts";
import { byRows, walk } from "../simd/walk.ts";

/** Bytes from the start of operand `name` to its batch item (outer, inner). */
export function batchOffset(at: Parameters, name: string, outer: Local, inner: Local): Code {
  const offset = i32.add(
    i32.mul(outer, at.u32(`${name}_outer`)),
    i32.mul(inner, at.u32(`${name}_inner`)),
  );
  return i32.shl(offset, 2);
}

/** Addresses of a row's pre-activations and activations, and its length. */
export interface ActivatedRow {
  readonly from: Local;
  readonly to: Local;
  readonly count: Local;
}

/** Applies the activation that the structural parameter names to one row. */
export function activateRow(
  f: FunctionBuilder,
  at: Parameters,
  { activations }: Library,
  { from, to, count }: ActivatedRow,
): void {
  for (const name of ACTIVATIONS) {
    f.if(at.is("activation", name), () =>
      walk(f, { count, read: [from], write: [to] }, ([x]) => ({
        write: [activations[name].value(f, x)],
      })));
  }
}

/** Bias and activation over a product that is in place already. An item is a row of a batch item. */
export const epiloguePath: SimdKernel = {
  kernel: matmulMatmul,
  part: "epilogue",
  divide: ({ m, n, batch }) => byRows(m * batch, n),
  define: (library) => (f, at) => {
    const [m, n] = ["m", "n"].map((name) => f.local("i32", at.u32(name)));
    const activated = f.local("i32", i32.eqz(at.is("activation", "none")));
    const target = f.local("i32", i32.select(at.u32("preactivation"), at.u32("c"), activated));
    f.while(at.begin, at.end, 1, () => {
      const z = f.local("i32", i32.divU(at.begin, m));
      const outer = f.local("i32", i32.divU(z, at.u32("inner")));
      const inner = f.local("i32", i32.remU(z, at.u32("inner")));
      const row = i32.mul(i32.remU(at.begin, m), i32.shl(at.u32("ldc"), 2));
      const offset = f.local("i32", i32.add(batchOffset(at, "c", outer, inner), row));
      const from = f.local("i32", i32.add(target, offset));
      f.if(
        at.is("bias", true),
        () =>
          walk(f, { count: n, read: [from, at.u32("bias")], write: [from] }, ([x, bias]) => ({
            write: [f32x4.add(x, bias)],
          })),
      );
      f.if(activated, () => {
        const to = f.local("i32", i32.add(at.u32("c"), offset));
        activateRow(f, at, library, { from, to, count: n });
      });
    });
  },
};
