/**
 * The matrix product: Goto's scheme (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008) with a micro-kernel of 4 rows and 8
 * columns. An item is a tile of C; each thread packs the parts of A and B that its tile needs, so transposes cost nothing more. The sum over k runs in blocks of
 * {@linkcode KC} whatever the tile, so that neither tiles nor threads change a bit.
 *
 * @module
 */
import { matmulMatmul, type Structural, type Uniforms } from "../../../../kernels/mod.ts";
import { type Code, i32, type Local } from "../wasm/code.ts";
import type { FunctionBuilder, FunctionReference } from "../wasm/module_builder.ts";
import type { Division, FastPath, Parameters } from "./fast_path.ts";
import type { Library } from "./library.ts";
import { activateRow, batchOffset } from "./matmul_epilogue.ts";
import { addMicroKernel, MR, NR } from "./micro_kernel.ts";
import { type Packing, packing } from "./pack.ts";

/** Length of a block of k: a panel of B of 8 columns, 8 kB, stays in the first cache. */
export const KC = 256;
/** Rows of A that are packed at once: 96 kB of the second cache. */
const MC = 96;

/** Rows and columns of a tile of C, larger ones first. */
const TILES = [[192, 256], [96, 256], [96, 128], [64, 64], [32, 64], [16, 32], [8, 16]] as const;
/** As many tiles as keep a good number of threads about equally busy. */
const ENOUGH_TILES = 24;

/** Where things lie in a thread's scratch memory. */
const PACKED_A = 0;
const PACKED_B = 4 * KC * MC;
const EDGE_TILE = PACKED_B + 4 * KC * TILES[0][1];

interface Functions {
  readonly narrow: Packing;
  readonly wide: Packing;
  readonly microKernel: FunctionReference;
}

/** The tile of a product: depends on its size alone. */
function tileOf({ m, n, batch }: Uniforms): readonly [number, number] {
  const count = ([rows, columns]: readonly [number, number]) =>
    Math.ceil(m / rows) * Math.ceil(n / columns) * batch;
  return TILES.find((tile) => count(tile) >= ENOUGH_TILES) ?? TILES[TILES.length - 1];
}

function divide(uniforms: Uniforms, _structural: Structural): Division {
  const { m, n, k, batch } = uniforms;
  const [rows, columns] = tileOf(uniforms);
  const [down, across] = [Math.ceil(m / rows), Math.ceil(n / columns)];
  const flops = 2 * Math.min(rows, m) * Math.min(columns, n) * Math.max(k, 1);
  return {
    items: down * across * batch,
    grain: Math.max(1, Math.floor(200_000 / flops)),
    extra: [rows, columns, down, across],
  };
}

function emit(f: FunctionBuilder, at: Parameters, library: Library, functions: Functions): void {
  const { begin, end, scratch } = at;
  const variable = (value: Code) => f.local("i32", value);
  const [m, n, k] = ["m", "n", "k"].map((name) => variable(at.u32(name)));
  const pitches = ["lda", "ldb", "ldc"].map((name) => variable(i32.shl(at.u32(name), 2)));
  const [pitchA, pitchB, pitchC] = pitches;
  const across = variable(at.u32("across"));
  const tilesOfItem = variable(i32.mul(at.u32("down"), across));
  const activated = variable(i32.eqz(at.is("activation", "none")));
  // Before the activation, sums gather where its argument is kept.
  const target = variable(i32.select(at.u32("preactivation"), at.u32("c"), activated));
  const item = begin;
  f.while(item, end, 1, () => {
    const z = variable(i32.divU(item, tilesOfItem));
    const tile = variable(i32.remU(item, tilesOfItem));
    const outer = variable(i32.divU(z, at.u32("inner")));
    const inner = variable(i32.remU(z, at.u32("inner")));
    const row = variable(i32.mul(i32.divU(tile, across), at.u32("tile_rows")));
    const column = variable(i32.mul(i32.remU(tile, across), at.u32("tile_columns")));
    const rows = variable(i32.sub(m, row));
    f.set(rows, i32.minU(rows, variable(at.u32("tile_rows"))));
    const columns = variable(i32.sub(n, column));
    f.set(columns, i32.minU(columns, variable(at.u32("tile_columns"))));
    const place = i32.add(i32.mul(row, pitchC), i32.shl(column, 2));
    const cOffset = variable(i32.add(batchOffset(at, "c", outer, inner), place));
    const a = variable(i32.add(at.u32("a"), batchOffset(at, "a", outer, inner)));
    const b = variable(i32.add(at.u32("b"), batchOffset(at, "b", outer, inner)));
    const first = variable(i32.constant(1));
    const k0 = variable(i32.constant(0));
    // At least once, so that an empty sum still writes C.
    const lastK = variable(i32.select(k, 1, k));
    f.while(k0, lastK, KC, () => {
      const depth = variable(i32.sub(k, k0));
      f.set(depth, i32.minU(depth, i32.constant(KC)));
      packB(f, at, functions.wide, { b, pitchB, k0, depth, column, columns });
      f.loop(i32.constant(0), rows, MC, (block) => {
        const height = variable(i32.sub(rows, block));
        f.set(height, i32.minU(height, i32.constant(MC)));
        packA(f, at, functions.narrow, { a, pitchA, k0, depth, row: i32.add(row, block), height });
        const cBlock = variable(
          i32.add(i32.add(target, cOffset), i32.mul(block, pitchC)),
        );
        const packedB = variable(i32.add(scratch, PACKED_B));
        f.loop(i32.constant(0), columns, NR, (j) => {
          const width = variable(i32.sub(columns, j));
          f.set(width, i32.minU(width, i32.constant(NR)));
          const bias = variable(i32.select(
            i32.add(at.u32("bias"), i32.shl(i32.add(column, j), 2)),
            0,
            i32.and(first, at.is("bias", true)),
          ));
          const packedA = variable(i32.add(scratch, PACKED_A));
          const c = variable(i32.add(cBlock, i32.shl(j, 2)));
          f.loop(i32.constant(0), height, MR, (i) => {
            const tall = variable(i32.sub(height, i));
            f.set(tall, i32.minU(tall, i32.constant(MR)));
            f.do(functions.microKernel(
              packedA,
              packedB,
              depth,
              c,
              pitchC,
              tall,
              width,
              at.f32("alpha"),
              i32.or(i32.eqz(first), at.is("accumulate", true)),
              bias,
              i32.add(scratch, EDGE_TILE),
            ));
            f.set(packedA, i32.add(packedA, i32.mul(depth, 4 * MR)));
            f.set(c, i32.add(c, i32.mul(pitchC, MR)));
          });
          f.set(packedB, i32.add(packedB, i32.mul(depth, 4 * NR)));
        });
      });
      f.set(first, i32.constant(0));
    });
    f.if(activated, () => {
      const from = variable(i32.add(target, cOffset));
      const to = variable(i32.add(at.u32("c"), cOffset));
      f.loop(i32.constant(0), rows, 1, () => {
        activateRow(f, at, library, { from, to, count: columns });
        f.set(from, i32.add(from, pitchC));
        f.set(to, i32.add(to, pitchC));
      });
    });
  });
}

interface PackB {
  readonly b: Local;
  readonly pitchB: Local;
  readonly k0: Local;
  readonly depth: Local;
  readonly column: Local;
  readonly columns: Local;
}

function packB(f: FunctionBuilder, at: Parameters, packing: Packing, part: PackB): void {
  const { b, pitchB, k0, depth, column, columns } = part;
  const to = f.local("i32", i32.add(at.scratch, PACKED_B));
  f.loop(i32.constant(0), columns, NR, (j) => {
    const valid = f.local("i32", i32.sub(columns, j));
    f.set(valid, i32.minU(valid, i32.constant(NR)));
    const from = (alongK: Code, alongN: Code) => i32.add(b, i32.add(alongK, alongN));
    f.if(
      at.is("transpose_b", true),
      () =>
        f.do(packing.transpose(
          to,
          from(i32.shl(k0, 2), i32.mul(i32.add(column, j), pitchB)),
          pitchB,
          depth,
          valid,
        )),
      () =>
        f.do(packing.copy(
          to,
          from(i32.mul(k0, pitchB), i32.shl(i32.add(column, j), 2)),
          pitchB,
          depth,
          valid,
        )),
    );
    f.set(to, i32.add(to, i32.mul(depth, 4 * NR)));
  });
}

interface PackA {
  readonly a: Local;
  readonly pitchA: Local;
  readonly k0: Local;
  readonly depth: Local;
  readonly row: Code;
  readonly height: Local;
}

function packA(f: FunctionBuilder, at: Parameters, packing: Packing, part: PackA): void {
  const { a, pitchA, k0, depth, row, height } = part;
  const to = f.local("i32", i32.add(at.scratch, PACKED_A));
  f.loop(i32.constant(0), height, MR, (i) => {
    const valid = f.local("i32", i32.sub(height, i));
    f.set(valid, i32.minU(valid, i32.constant(MR)));
    const from = (alongM: Code, alongK: Code) => i32.add(a, i32.add(alongM, alongK));
    f.if(
      at.is("transpose_a", true),
      () =>
        f.do(packing.copy(
          to,
          from(i32.shl(i32.add(row, i), 2), i32.mul(k0, pitchA)),
          pitchA,
          depth,
          valid,
        )),
      () =>
        f.do(packing.transpose(
          to,
          from(i32.mul(i32.add(row, i), pitchA), i32.shl(k0, 2)),
          pitchA,
          depth,
          valid,
        )),
    );
    f.set(to, i32.add(to, i32.mul(depth, 4 * MR)));
  });
}

/** `matmul.matmul` in WebAssembly. */
export const matmulPath: FastPath = {
  kernel: matmulMatmul,
  extra: ["tile_rows", "tile_columns", "down", "across"],
  divide,
  define(library, module) {
    const functions: Functions = {
      narrow: packing(module, MR),
      wide: packing(module, NR),
      microKernel: addMicroKernel(module, library),
    };
    return (f, at) => emit(f, at, library, functions);
  },
};
