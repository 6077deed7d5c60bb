/**
 * WGSL of the matrix multiplication with operands in textures.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const texture = wgsl`
// C = act(alpha·op(A)·op(B) + bias) on adapters that run on the CPU, operands read as textures.
//
// Why textures: on these adapters a texel of a storage texture is the cheapest load of four floats (9 ns for eight lanes; a storage
// buffer takes 45, a uniform 30, workgroup memory 26 and barriers), and a broadcast from a fixed lane is nearly free (1 ns).
//
// Tile: one workgroup computes ROWS x COLUMNS of C. Lane l owns, for v < VECTORS, the four columns from 4·(v·LANES + l), in all rows,
// as a register tile (register_tile.ts). One step takes four k:
//   a_{g}      texels of A: four k of a row, or four rows of one k if A is transposed. With subgroups each lane loads some of them and
//              broadcasts them, otherwise every lane loads all.
//   b_{i}_{v}  this lane's columns of B
// Sums are added in the order of k, product by product (class k_sequential).
//
// Layout: row r of an operand is in texture row r % SIDE, column block r / SIDE.

const ROWS: u32 = /*rows*/;
const COLUMNS: u32 = /*columns*/;
const LANES: u32 = /*lanes*/;
const VECTORS: u32 = /*vectors*/;
const SIDE: u32 = /*side*/;
const PAD: u32 = /*pad*/;

// Texels from one column block of a folded operand to the next.
fn block_width(columns: u32) -> u32 {
  return (columns + 3) / 4 + PAD;
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
  if (workgroup_index >= tiles_across * tiles_down) { return; }
  let row = workgroup_index / tiles_across * ROWS;
  let column = workgroup_index % tiles_across * COLUMNS + 4 * lane;

  //#if transpose_a
  let width_a = block_width(m);
  //#else
  let width_a = block_width(k);
  //#end
  //#if transpose_b
  let width_b = block_width(k);
  //#else
  let width_b = block_width(n);
  //#end

  // First texels of this lane. Tiles beyond the edge repeat the last row or column and store nothing for it.
  //#lines places
  //#lines sums
  //#if row_sums
  // The workgroups of the first column of tiles add up the rows of A as well.
  let adds_rows = workgroup_index % tiles_across == 0;
  //#lines row_sums
  //#end
  let steps = (k + 3) / 4;
  for (var step = 0u; step < steps; step++) {
    //#if ragged
    // Beyond the end of k both operands count as zero, whatever the textures contain.
    let inside = 4 * step + vec4u(0, 1, 2, 3) < vec4u(k);
    //#end
    //#lines loads
    //#if row_sums
    if (adds_rows) {
      //#lines row_additions
    }
    //#end
    //#lines products
  }

  //#if row_sums
  if (adds_rows) {
    //#lines row_stores
  }
  //#end

  let rows = min(ROWS, m - row);
  let ldc = parameters.ldc;
  let alpha = product_scale();
  let start = row * ldc;
  //#lines firsts
  //#lines stores

  //#if !activation == none
  // The activation has its own loop, so that its code exists once and not ROWS times.
  for (var r = 0u; r < rows; r++) {
    for (var v = 0u; v < VECTORS; v++) {
      let first = column + v * 4 * LANES;
      activate_four(start + r * ldc + first, first, n);
    }
  }
  //#end
}
`;
