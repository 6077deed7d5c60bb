/**
 * WGSL of matmul with operands in textures.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const texture = wgsl`
// C = act(alpha·op(A)·op(B) + bias) on adapters that run on the CPU, operands read as textures.
//
// Why textures: there, a texel of a storage texture is the cheapest load of four floats (9 ns for eight lanes, a storage buffer
// takes 45, a uniform 30, workgroup memory 26 and barriers), and a broadcast from a fixed lane is nearly free (1 ns).
//
// Tile: one workgroup makes ROWS x COLUMNS of C. Lane l owns, for v < VECTORS, the four columns from 4·(v·LANES + l), in all rows,
// as a register tile (register_tile.ts). One step takes four k:
//   a_{g}      texels of A: four k of a row, or four rows of one k when A is transposed. With subgroups they are shared out among
//              the lanes and broadcast, else every lane loads all of them.
//   b_{i}_{v}  this lane's columns of B
// Sums are added in the order of k, product by product (class k_sequential).
//
// Layout: row r of an operand lies in texture row r % SIDE, column block r / SIDE.

const ROWS: u32 = /*rows*/;
const COLUMNS: u32 = /*columns*/;
const LANES: u32 = /*lanes*/;
const VECTORS: u32 = /*vectors*/;
const SIDE: u32 = /*side*/;
const PAD: u32 = /*pad*/;

// Texels from one column block of a folded operand to the next.
fn block_width(columns: u32, pitch: u32, outer: u32, inner: u32) -> u32 {
  let last_outer = (parameters.batch - 1) / parameters.inner;
  let last_inner = min(parameters.batch, parameters.inner) - 1;
  let offset = last_outer * (outer % pitch) + last_inner * (inner % pitch);
  return (offset + columns + 3) / 4 + PAD;
}

// Texture coordinates of a texel of an operand.
fn place(row: u32, texel: u32, width: u32) -> vec2u {
  return vec2u(row / SIDE * width + texel, row % SIDE);
}

fn main(workgroup_index: u32, lane: u32) {
  let m = parameters.m;
  let n = parameters.n;
  let k = parameters.k;
  let tiles_across = (n + COLUMNS - 1) / COLUMNS;
  let tiles_down = (m + ROWS - 1) / ROWS;
  if (workgroup_index >= tiles_across * tiles_down * parameters.batch) { return; }
  let z = workgroup_index / (tiles_across * tiles_down);
  let row = workgroup_index / tiles_across % tiles_down * ROWS;
  let column = workgroup_index % tiles_across * COLUMNS + 4 * lane;

  let offset_a = batch_offset(z, parameters.a_outer, parameters.a_inner);
  let offset_b = batch_offset(z, parameters.b_outer, parameters.b_inner);
  let row_a = offset_a / parameters.lda;
  let row_b = offset_b / parameters.ldb;
  let texel_a = offset_a % parameters.lda / 4;
  let texel_b = offset_b % parameters.ldb / 4;
  //#if transpose_a
  let width_a = block_width(m, parameters.lda, parameters.a_outer, parameters.a_inner);
  //#else
  let width_a = block_width(k, parameters.lda, parameters.a_outer, parameters.a_inner);
  //#end
  //#if transpose_b
  let width_b = block_width(k, parameters.ldb, parameters.b_outer, parameters.b_inner);
  //#else
  let width_b = block_width(n, parameters.ldb, parameters.b_outer, parameters.b_inner);
  //#end

  // Where this lane's texels start. Tiles that stick out repeat the last row or column and store nothing for it.
  //#lines places
  //#lines sums
  let steps = (k + 3) / 4;
  for (var step = 0u; step < steps; step++) {
    //#if ragged
    // Beyond the end of k both operands count as zero, whatever lies there.
    let inside = 4 * step + vec4u(0, 1, 2, 3) < vec4u(k);
    //#end
    //#lines loads
    //#lines products
  }

  let rows = min(ROWS, m - row);
  let ldc = parameters.ldc;
  let alpha = product_scale();
  let start = batch_offset(z, parameters.c_outer, parameters.c_inner) + row * ldc;
  //#lines firsts
  //#lines stores

  //#if !activation == none
  // The activation has a loop of its own, so that its text is there once and not ROWS times.
  for (var r = 0u; r < rows; r++) {
    for (var v = 0u; v < VECTORS; v++) {
      let first = column + v * 4 * LANES;
      activate_four(start + r * ldc + first, first, n);
    }
  }
  //#end
}
`;
