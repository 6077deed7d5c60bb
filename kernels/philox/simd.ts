/**
 * Dropout masks in WebAssembly SIMD, four Philox4x32-10 blocks at a time; see {@link ./philox.ts}.
 *
 * @module
 */
import { type Code, i32, i32x4, type Local, v128 } from "../simd/code.ts";
import { transposeFour } from "../simd/lanes.ts";
import type { FunctionBuilder, FunctionReference, ModuleBuilder } from "../simd/module_builder.ts";
import { type Parameters, SCRATCH_BYTES } from "../simd/simd_kernel.ts";

const MULTIPLIERS = [0xD2511F53, 0xCD9E8D57];
const WEYL = [0x9E3779B9, 0xBB67AE85];
const ROUNDS = 10;

/** The high and low words of the 64-bit products of four lanes with a constant. */
function multiply(
  f: FunctionBuilder,
  lanes: Code,
  multiplier: number,
): { high: Local; low: Local } {
  const factor = i32x4.constant(multiplier);
  const first = f.local("v128", i32x4.multiplyLowU(lanes, factor));
  const second = f.local("v128", i32x4.multiplyHighU(lanes, factor));
  const high = f.local("v128", i32x4.shuffle(first, second, 1, 3, 5, 7));
  const low = f.local("v128", i32x4.shuffle(first, second, 0, 2, 4, 6));
  f.release("v128", first, second);
  return { high, low };
}

/**
 * Adds a function that writes a mask to `to`: all bits are 1 for kept elements and 0 for dropped ones. It covers the elements
 * `4·block` to `4·block + count − 1` of one example, rounded up to a multiple of 16. {@linkcode maskOf} calls it.
 */
export function addDropoutMask(module: ModuleBuilder): FunctionReference {
  return module.function(
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    null,
    (f) => {
      const [to, block, count, example, step, stream, seedLow, seedHigh, threshold] = f.parameters;
      const end = f.local("i32", i32.add(to, i32.mul(count, 4)));
      const bound = f.local("v128", i32x4.splat(threshold));
      const counter = f.local(
        "v128",
        i32x4.add(i32x4.splat(block), i32x4.lanes(0, 1, 2, 3)),
      );
      f.while(to, end, 64, () => {
        const words = [
          f.local("v128", counter),
          f.local("v128", i32x4.splat(example)),
          f.local("v128", i32x4.splat(step)),
          f.local("v128", i32x4.splat(stream)),
        ];
        const [k0, k1] = [
          f.local("v128", i32x4.splat(seedLow)),
          f.local("v128", i32x4.splat(seedHigh)),
        ];
        for (let round = 0; round < ROUNDS; round++) {
          const [c0, c1, c2, c3] = words;
          const product0 = multiply(f, c0, MULTIPLIERS[0]);
          const product1 = multiply(f, c2, MULTIPLIERS[1]);
          f.set(c0, v128.xor(v128.xor(product1.high, c1), k0));
          f.set(c1, product1.low);
          f.set(c2, v128.xor(v128.xor(product0.high, c3), k1));
          f.set(c3, product0.low);
          f.set(k0, i32x4.add(k0, WEYL[0]));
          f.set(k1, i32x4.add(k1, WEYL[1]));
          f.release("v128", product0.high, product0.low, product1.high, product1.low);
        }
        transposeFour(f, words).forEach((lanes, i) =>
          f.do(v128.store(to, i32x4.geU(lanes, bound), 16 * i))
        );
        f.set(counter, i32x4.add(counter, 4));
      });
    },
  );
}

/** Words beyond the columns of a mask that are written: up to 3 before the first column, and the rest of the last 16. */
const MASK_PADDING = 20;

/** Maximum number of columns whose mask fits the scratch memory of a thread. */
export const MAX_MASK_COLUMNS = SCRATCH_BYTES / 4 - MASK_PADDING;

/** A part of a row of a mask, as expressions. */
export interface MaskPart {
  /** Address of at least `count + MASK_PADDING` words for the mask. */
  readonly to: Code;
  /** Row of the matrix. */
  readonly row: Code;
  /** First column of the part. */
  readonly firstColumn: Code;
  /** Number of columns of the part. */
  readonly count: Code;
  /** Number of columns of the matrix. */
  readonly columns: Code;
}

/** Draws part of a row of a mask. Returns the address of the word of its first column. */
export function maskOf(
  f: FunctionBuilder,
  at: Parameters,
  dropoutMask: FunctionReference,
  { to, row, firstColumn, count, columns }: MaskPart,
): Local {
  const perExample = at.u32("rows_per_example");
  const element = f.local(
    "i32",
    i32.add(i32.mul(i32.remU(row, perExample), columns), firstColumn),
  );
  const skipped = f.local("i32", i32.and(element, 3));
  f.do(dropoutMask(
    to,
    i32.shrU(element, 2),
    i32.add(count, skipped),
    i32.add(at.u32("first_example"), i32.divU(row, perExample)),
    at.u32("step"),
    at.u32("stream"),
    at.u32("seed_low"),
    at.u32("seed_high"),
    at.u32("threshold"),
  ));
  const address = f.local("i32", i32.add(to, i32.mul(skipped, 4)));
  f.release("i32", element, skipped);
  return address;
}
