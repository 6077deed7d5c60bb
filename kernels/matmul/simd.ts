/**
 * SIMD kernels of the matrix multiplication: the whole kernel, and what a BLAS leaves out: the epilogue (bias and activation) and the sums
 * of rows.
 *
 * @module
 */
import { ACTIVATIONS } from "../activation/activation.ts";
import type { Structural, Uniforms } from "../kernel.ts";
import { type Code, f32x4, i32, type Local } from "../simd/code.ts";
import type { Library } from "../simd/library.ts";
import type { FunctionBuilder } from "../simd/module_builder.ts";
import type { Division, Parameters, SimdKernel } from "../simd/simd_kernel.ts";
import { byRows, walk } from "../simd/walk.ts";
import { matmulMatmul } from "./kernel.ts";
import { addRowSums } from "./simd_row_sums.ts";

/** Rows and columns of a tile of C, larger ones first. */
const TILES = [[192, 256], [96, 256], [96, 128], [64, 64], [32, 64], [16, 32], [8, 16]] as const;
/** Number of tiles that keeps the usual number of threads about equally busy. */
const ENOUGH_TILES = 24;

/** The tile of a multiplication. It depends on the sizes alone, never on the number of threads. */
function tileOf({ m, n }: Uniforms): readonly [number, number] {
  const count = ([rows, columns]: readonly [number, number]) =>
    Math.ceil(m / rows) * Math.ceil(n / columns);
  return TILES.find((tile) => count(tile) >= ENOUGH_TILES) ?? TILES[TILES.length - 1];
}

function divide(uniforms: Uniforms, _structural: Structural): Division {
  const { m, n, k } = uniforms;
  const [rows, columns] = tileOf(uniforms);
  const across = Math.ceil(n / columns);
  const flops = 2 * Math.min(rows, m) * Math.min(columns, n) * Math.max(k, 1);
  return {
    items: Math.ceil(m / rows) * across,
    grain: Math.max(1, Math.floor(200_000 / flops)),
    extra: [rows, columns, across],
  };
}

function emit(f: FunctionBuilder, at: Parameters, library: Library): void {
  const { begin, end, scratch } = at;
  const variable = (value: Code) => f.local("i32", value);
  const [m, n, k] = ["m", "n", "k"].map((name) => variable(at.u32(name)));
  const pitches = ["lda", "ldb", "ldc"].map((name) => variable(i32.shl(at.u32(name), 2)));
  const [pitchA, pitchB, pitchC] = pitches;
  const across = variable(at.u32("across"));
  const activated = variable(i32.eqz(at.is("activation", "none")));
  const target = variable(targetOf(at));
  const item = begin;
  f.while(item, end, 1, () => {
    const row = variable(i32.mul(i32.divU(item, across), at.u32("tile_rows")));
    const column = variable(i32.mul(i32.remU(item, across), at.u32("tile_columns")));
    const rows = variable(i32.sub(m, row));
    f.set(rows, i32.minU(rows, variable(at.u32("tile_rows"))));
    const columns = variable(i32.sub(n, column));
    f.set(columns, i32.minU(columns, variable(at.u32("tile_columns"))));
    const cOffset = variable(i32.add(i32.mul(row, pitchC), i32.shl(column, 2)));
    const start = (operand: "a" | "b", along: Code, across: Code) =>
      i32.add(at.u32(operand), i32.select(across, along, at.is(`transpose_${operand}`, true)));
    const a = start("a", i32.mul(row, pitchA), i32.shl(row, 2));
    const b = start("b", i32.shl(column, 2), i32.mul(column, pitchB));
    f.do(library.multiplyTile({
      a: { at: a, pitch: pitchA, transposed: at.is("transpose_a", true) },
      b: { at: b, pitch: pitchB, transposed: at.is("transpose_b", true) },
      c: { at: i32.add(target, cOffset), pitch: pitchC },
      rows,
      columns,
      depth: k,
      alpha: at.f32("alpha"),
      accumulate: at.is("accumulate", true),
      bias: i32.select(
        i32.add(at.u32("bias"), i32.shl(column, 2)),
        0,
        at.is("bias", true),
      ),
      scratch,
    }));
    f.if(i32.and(at.is("row_sums", true), i32.eqz(column)), () => addRowSums(f, at, row, rows));
    f.if(activated, () => {
      const preactivation = variable(i32.add(at.u32("preactivation"), cOffset));
      const c = variable(i32.add(at.u32("c"), cOffset));
      f.loop(i32.constant(0), rows, 1, () => {
        activateRow(f, at, library, { preactivation, c, count: columns });
        f.set(preactivation, i32.add(preactivation, pitchC));
        f.set(c, i32.add(c, pitchC));
      });
    });
  });
}

/** The address of the matrix in which sums accumulate: the pre-activations with an activation, but not for its backward pass. */
function targetOf(at: Parameters): Code {
  const forward = ACTIVATIONS.map((name) => at.is("activation", name))
    .reduce((any, is) => i32.or(any, is));
  return i32.select(at.u32("preactivation"), at.u32("c"), forward);
}

/** Addresses of the pre-activations and of C in a row, and its length. */
interface ActivatedRow {
  readonly preactivation: Local;
  readonly c: Local;
  readonly count: Local;
}

/** Applies the activation that the structural parameter selects, or its backward pass, to one row. */
function activateRow(
  f: FunctionBuilder,
  at: Parameters,
  { activations }: Library,
  { preactivation, c, count }: ActivatedRow,
): void {
  for (const name of ACTIVATIONS) {
    f.if(
      at.is("activation", name),
      () =>
        walk(f, { count, read: [preactivation], write: [c] }, ([x]) => ({
          write: [activations[name].value(f, x)],
        })),
    );
    const both = [preactivation, c];
    f.if(
      at.is("activation", `${name}_backward`),
      () =>
        walk(f, { count, read: both, write: both }, ([x, dy]) => ({
          write: [activations[name].value(f, x), f32x4.mul(dy, activations[name].slope(f, x))],
        })),
    );
  }
}

/** `matmul.matmul`. An item is a tile of C; see {@link ./simd_tile.ts}. */
export const MATMUL_SIMD: SimdKernel = {
  kernel: matmulMatmul,
  extra: ["tile_rows", "tile_columns", "across"],
  divide,
  define: (library) => (f, at) => emit(f, at, library),
};

/** Bias and activation for the result of a BLAS, which is where sums accumulate (see {@linkcode targetOf}). An item is a row of C. */
export const MATMUL_EPILOGUE_SIMD: SimdKernel = {
  kernel: matmulMatmul,
  part: "epilogue",
  divide: ({ m, n }) => byRows(m, n),
  define: (library) => (f, at) => {
    const n = f.local("i32", at.u32("n"));
    const activated = f.local("i32", i32.eqz(at.is("activation", "none")));
    const target = f.local("i32", targetOf(at));
    f.while(at.begin, at.end, 1, () => {
      const offset = f.local("i32", i32.mul(at.begin, i32.shl(at.u32("ldc"), 2)));
      const from = f.local("i32", i32.add(target, offset));
      f.if(
        at.is("bias", true),
        () =>
          walk(f, { count: n, read: [from, at.u32("bias")], write: [from] }, ([x, bias]) => ({
            write: [f32x4.add(x, bias)],
          })),
      );
      f.if(activated, () => {
        const preactivation = f.local("i32", i32.add(at.u32("preactivation"), offset));
        const c = f.local("i32", i32.add(at.u32("c"), offset));
        activateRow(f, at, library, { preactivation, c, count: n });
      });
    });
  },
};

/** Rows of op(A) that an item of {@linkcode MATMUL_ROW_SUMS_SIMD} adds up: 64 columns of a transposed A are four cache lines. */
const ROWS_OF_ITEM = 64;

/** The sums of rows, next to the result of a BLAS. An item is {@linkcode ROWS_OF_ITEM} rows of op(A). */
export const MATMUL_ROW_SUMS_SIMD: SimdKernel = {
  kernel: matmulMatmul,
  part: "row sums",
  divide: ({ m }) => ({ items: Math.ceil(m / ROWS_OF_ITEM), grain: 1 }),
  define: () => (f, at) => {
    const m = f.local("i32", at.u32("m"));
    f.while(at.begin, at.end, 1, () => {
      const row = f.local("i32", i32.mul(at.begin, ROWS_OF_ITEM));
      const rows = f.local("i32", i32.sub(m, row));
      f.set(rows, i32.minU(rows, ROWS_OF_ITEM));
      addRowSums(f, at, row, rows);
    });
  },
};
