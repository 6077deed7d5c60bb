/**
 * Matrix multiplication on one thread by the scheme of Goto and van de Geijn ("Anatomy of high-performance matrix multiplication",
 * 2008) with a micro-kernel of 4 rows and 8 columns. Blocks of A and B are packed first, so transposed operands cost nothing extra.
 * Sums over k always run in blocks of {@linkcode KC}, so results do not depend on how rows and columns are divided into tiles.
 *
 * @module
 */
import { type Code, i32, type Local } from "../simd/code.ts";
import type { FunctionBuilder, FunctionReference, ModuleBuilder } from "../simd/module_builder.ts";
import type { MultiplyAdd } from "../simd/macro.ts";
import { addMicroKernel, MR, NR } from "./simd_micro_kernel.ts";
import { type Packing, packing } from "./simd_pack.ts";

/** Length of a block of k. A panel of B with 8 columns takes 8 KiB and stays in the L1 cache. */
const KC = 256;
/** Rows of A that are packed at a time: 96 KiB of the L2 cache. */
const MC = 96;
/** Columns of B that are packed at a time. */
const NC = 256;

/** Offsets in the scratch memory. */
const PACKED_A = 0;
const PACKED_B = 4 * KC * MC;
const EDGE_TILE = PACKED_B + 4 * KC * NC;

/** Scratch memory that a multiplication uses, in bytes. */
export const PRODUCT_BYTES = EDGE_TILE + 4 * MR * NR;

/** A matrix in memory. */
export interface StoredOperand {
  /** Address of its first element. */
  readonly at: Code;
  /** Distance between stored rows, in bytes. */
  readonly pitch: Code;
  /** Not 0 if the stored matrix is transposed. */
  readonly transposed: Code;
}

/** The operands of `c = alpha·op(A)·op(B) + bias`, or `c += …`. */
export interface TileProduct {
  readonly a: StoredOperand;
  readonly b: StoredOperand;
  readonly c: Pick<StoredOperand, "at" | "pitch">;
  readonly rows: Code;
  readonly columns: Code;
  /** Length of the sums. With 0, the result is the bias, or zeros. */
  readonly depth: Code;
  readonly alpha: Code;
  /** Not 0 to add to C. */
  readonly accumulate: Code;
  /** Address of a vector that is added to every row; 0 for none. */
  readonly bias: Code;
  /** Address of {@linkcode PRODUCT_BYTES} bytes. */
  readonly scratch: Code;
}

/** Code that multiplies two matrices. */
export type MultiplyTile = (product: TileProduct) => Code;

/** Adds the functions of the matrix multiplication to a module. */
export function addTileProduct(module: ModuleBuilder, multiplyAdd: MultiplyAdd): MultiplyTile {
  const parts: Parts = {
    narrow: packing(module, MR),
    wide: packing(module, NR),
    microKernel: addMicroKernel(module, multiplyAdd),
  };
  const multiply = module.function(
    [...new Array(11).fill("i32"), "f32", "i32", "i32", "i32"],
    null,
    (f) => emit(f, parts),
  );
  return ({ a, b, c, rows, columns, depth, alpha, accumulate, bias, scratch }) =>
    multiply(
      ...[a.at, a.pitch, a.transposed, b.at, b.pitch, b.transposed, c.at, c.pitch],
      ...[rows, columns, depth, alpha, accumulate, bias, scratch],
    );
}

interface Parts {
  readonly narrow: Packing;
  readonly wide: Packing;
  readonly microKernel: FunctionReference;
}

function emit(f: FunctionBuilder, { narrow, wide, microKernel }: Parts): void {
  const [a, pitchA, transposedA, b, pitchB, transposedB, c, pitchC] = f.parameters;
  const [rows, allColumns, k, alpha, accumulate, allBias, scratch] = f.parameters.slice(8);
  const variable = (value: Code) => f.local("i32", value);
  f.loop(i32.constant(0), allColumns, NC, (column) => {
    const columns = variable(i32.sub(allColumns, column));
    f.set(columns, i32.minU(columns, i32.constant(NC)));
    const first = variable(i32.constant(1));
    const k0 = variable(i32.constant(0));
    // At least one iteration, so that an empty sum writes C too.
    const lastK = variable(i32.select(k, 1, k));
    f.while(k0, lastK, KC, () => {
      const depth = variable(i32.sub(k, k0));
      f.set(depth, i32.minU(depth, i32.constant(KC)));
      pack(f, wide, NR, {
        ...{ at: b, pitch: pitchB, rowsAreSteps: i32.eqz(transposedB) },
        ...{ to: i32.add(scratch, PACKED_B), k0, depth, first: column, count: columns },
      });
      f.loop(i32.constant(0), rows, MC, (block) => {
        const height = variable(i32.sub(rows, block));
        f.set(height, i32.minU(height, i32.constant(MC)));
        pack(f, narrow, MR, {
          ...{ at: a, pitch: pitchA, rowsAreSteps: transposedA },
          ...{ to: i32.add(scratch, PACKED_A), k0, depth, first: block, count: height },
        });
        const cBlock = variable(i32.add(
          i32.add(c, i32.shl(column, 2)),
          i32.mul(block, pitchC),
        ));
        const packedB = variable(i32.add(scratch, PACKED_B));
        f.loop(i32.constant(0), columns, NR, (j) => {
          const width = variable(i32.sub(columns, j));
          f.set(width, i32.minU(width, i32.constant(NR)));
          const bias = variable(i32.select(
            i32.add(allBias, i32.shl(i32.add(column, j), 2)),
            0,
            i32.select(allBias, 0, first),
          ));
          const packedA = variable(i32.add(scratch, PACKED_A));
          const cTile = variable(i32.add(cBlock, i32.shl(j, 2)));
          f.loop(i32.constant(0), height, MR, (i) => {
            const tall = variable(i32.sub(height, i));
            f.set(tall, i32.minU(tall, i32.constant(MR)));
            f.do(microKernel(
              ...[packedA, packedB, depth, cTile, pitchC, tall, width, alpha],
              i32.or(i32.eqz(first), accumulate),
              bias,
              i32.add(scratch, EDGE_TILE),
            ));
            f.set(packedA, i32.add(packedA, i32.mul(depth, 4 * MR)));
            f.set(cTile, i32.add(cTile, i32.mul(pitchC, MR)));
            f.release("i32", tall);
          });
          f.set(packedB, i32.add(packedB, i32.mul(depth, 4 * NR)));
          f.release("i32", width, bias, packedA, cTile);
        });
        f.release("i32", height, cBlock, packedB);
      });
      f.set(first, i32.constant(0));
      f.release("i32", depth);
    });
    f.release("i32", columns, first, k0, lastK);
  });
}

/** A block of an operand and where to pack it: in strips of {@linkcode MR} rows of A or {@linkcode NR} columns of B. */
interface Part {
  /** Address of the operand's first element. */
  readonly at: Local;
  readonly pitch: Local;
  /** Not 0 if each stored row has one k. */
  readonly rowsAreSteps: Code;
  readonly to: Code;
  /** First k, and their number. */
  readonly k0: Local;
  readonly depth: Local;
  /** First row of A or column of B, and their number. */
  readonly first: Code;
  readonly count: Local;
}

function pack(f: FunctionBuilder, packing: Packing, strip: number, part: Part): void {
  const { at, pitch, rowsAreSteps, k0, depth, first, count } = part;
  const to = f.local("i32", part.to);
  f.loop(i32.constant(0), count, strip, (i) => {
    const valid = f.local("i32", i32.sub(count, i));
    f.set(valid, i32.minU(valid, i32.constant(strip)));
    const from = (row: Code, column: Code) =>
      i32.add(at, i32.add(i32.mul(row, pitch), i32.shl(column, 2)));
    const start = i32.add(first, i);
    f.if(
      rowsAreSteps,
      () => f.do(packing.copy(to, from(k0, start), pitch, depth, valid)),
      () => f.do(packing.transpose(to, from(start, k0), pitch, depth, valid)),
    );
    f.set(to, i32.add(to, i32.mul(depth, 4 * strip)));
  });
}
