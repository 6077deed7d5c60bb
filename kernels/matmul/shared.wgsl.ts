/**
 * WGSL of matmul by tiles in workgroup memory.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const shared = wgsl`
// C = act(alpha·op(A)·op(B) + bias) on graphics cards: workgroup memory and register tiles.
//
// Tile: a workgroup of ACROSS x DOWN invocations makes TILE_ROWS x TILE_COLUMNS of C. Invocation (x, y) owns ROWS rows from
// y·ROWS and, for v < VECTORS, the four columns from 4·(v·ACROSS + x), as a register tile (register_tile.ts). DEPTH k at a time
// go through workgroup memory; every invocation brings one group of four of A and one of B.
//
// Layout: groups of four stay as they are stored, so that nothing is turned on the way into workgroup memory:
//   tile_a  [row, k / 4], or [k, row / 4] when A is transposed
//   tile_b  [k, column / 4], or [column, k / 4] when B is transposed
// Packed operands are halves, two to a word; the tile holds them as float32 or as halves, sums are float32.
// Where the groups run along k, one unused group after each row keeps rows in different memory banks; and columns of B that neighboring
// invocations read at once, which lie four apart, are kept in neighboring places (place_of_column).
// Elements outside the matrices count as zero in both operands. Sums are added in the order of k, product by product (class
// k_sequential).

const ACROSS: u32 = 16;
const DOWN: u32 = 16;
const ROWS: u32 = /*rows*/;
const VECTORS: u32 = /*vectors*/;
const DEPTH: u32 = /*depth*/;
const TILE_ROWS: u32 = ROWS * DOWN;
const TILE_COLUMNS: u32 = 4 * VECTORS * ACROSS;

//#if packed
fn unpacked(words: vec2<u32>) -> vec4f {
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));
}
//#end

//#if transpose_a
const PITCH_A: u32 = TILE_ROWS / 4;
var<workgroup> tile_a: array</*group*/, DEPTH * PITCH_A>;
//#else
const PITCH_A: u32 = DEPTH / 4 + 1;
var<workgroup> tile_a: array</*group*/, TILE_ROWS * PITCH_A>;
//#end
//#if transpose_b
const PITCH_B: u32 = DEPTH / 4 + 1;
const COLUMN_FOURS: u32 = TILE_COLUMNS / 4 + 1;
var<workgroup> tile_b: array</*group*/, 4 * COLUMN_FOURS * PITCH_B>;

// Where a column of the tile lies: all first columns of the fours, then all second ones, and so on.
fn place_of_column(column: u32) -> u32 {
  return column % 4 * COLUMN_FOURS + column / 4;
}
//#else
const PITCH_B: u32 = TILE_COLUMNS / 4;
var<workgroup> tile_b: array</*group*/, DEPTH * PITCH_B>;
//#end

// Four neighbors of a stored matrix of this shape, zero outside it.
fn group_of_a(start: u32, row: u32, column: u32, rows: u32, columns: u32) -> /*group*/ {
  if (row >= rows || column >= columns) { return /*group*/(); }
  let index = start + row * parameters.lda + column;
  //#if packed
  return /*group*/(unpacked(a[index / 4]));
  //#else
  //#if vector
  return a[index / 4];
  //#else
  let last = columns - 1 - column;
  let group = vec4f(a[index], a[index + min(1, last)], a[index + min(2, last)], a[index + min(3, last)]);
  return select(vec4f(), group, vec4u(0, 1, 2, 3) <= vec4u(last));
  //#end
  //#end
}

fn group_of_b(start: u32, row: u32, column: u32, rows: u32, columns: u32) -> /*group*/ {
  if (row >= rows || column >= columns) { return /*group*/(); }
  let index = start + row * parameters.ldb + column;
  //#if packed
  return /*group*/(unpacked(b[index / 4]));
  //#else
  //#if vector
  return b[index / 4];
  //#else
  let last = columns - 1 - column;
  let group = vec4f(b[index], b[index + min(1, last)], b[index + min(2, last)], b[index + min(3, last)]);
  return select(vec4f(), group, vec4u(0, 1, 2, 3) <= vec4u(last));
  //#end
  //#end
}

// The group that an invocation brings for the k from stage on; row and column within the tile as stored.
fn brought_a(start: u32, tile_row: u32, row: u32, column: u32, stage: u32) -> /*group*/ {
  //#if transpose_a
  return group_of_a(start, stage + row, tile_row + column, parameters.k, parameters.m);
  //#else
  return group_of_a(start, tile_row + row, stage + column, parameters.m, parameters.k);
  //#end
}

fn brought_b(start: u32, tile_column: u32, row: u32, column: u32, stage: u32) -> /*group*/ {
  //#if transpose_b
  return group_of_b(start, tile_column + row, stage + column, parameters.n, parameters.k);
  //#else
  return group_of_b(start, stage + row, tile_column + column, parameters.k, parameters.n);
  //#end
}

fn main(workgroup_index: u32, place: vec3u, local: u32) {
  let m = parameters.m;
  let n = parameters.n;
  let k = parameters.k;
  let tiles_across = (n + TILE_COLUMNS - 1) / TILE_COLUMNS;
  let tiles_down = (m + TILE_ROWS - 1) / TILE_ROWS;
  if (workgroup_index >= tiles_across * tiles_down * parameters.batch) { return; }
  let z = workgroup_index / (tiles_across * tiles_down);
  let tile_row = workgroup_index / tiles_across % tiles_down * TILE_ROWS;
  let tile_column = workgroup_index % tiles_across * TILE_COLUMNS;
  let start_a = batch_offset(z, parameters.a_outer, parameters.a_inner);
  let start_b = batch_offset(z, parameters.b_outer, parameters.b_inner);

  // The group that this invocation brings: its row in the tile as stored, and its first element in that row.
  //#if transpose_a
  let bring_row_a = local / (TILE_ROWS / 4);
  let bring_a = 4 * (local % (TILE_ROWS / 4));
  //#else
  let bring_row_a = local / (DEPTH / 4);
  let bring_a = 4 * (local % (DEPTH / 4));
  //#end
  //#if transpose_b
  let bring_row_b = local / (DEPTH / 4);
  let bring_b = 4 * (local % (DEPTH / 4));
  //#else
  let bring_row_b = local / (TILE_COLUMNS / 4);
  let bring_b = 4 * (local % (TILE_COLUMNS / 4));
  //#end

  let place_a = bring_row_a * PITCH_A + bring_a / 4;
  //#if transpose_b
  let place_b = place_of_column(bring_row_b) * PITCH_B + bring_b / 4;
  //#else
  let place_b = bring_row_b * PITCH_B + bring_b / 4;
  //#end

  //#lines sums
  //#if ahead
  var next_a = brought_a(start_a, tile_row, bring_row_a, bring_a, 0);
  var next_b = brought_b(start_b, tile_column, bring_row_b, bring_b, 0);
  //#end
  for (var stage = 0u; stage < k; stage += DEPTH) {
    //#if ahead
    tile_a[place_a] = next_a;
    tile_b[place_b] = next_b;
    workgroupBarrier();
    // Asked for now and needed after the products, so that the memory's delay passes meanwhile. Beyond k there is zero.
    next_a = brought_a(start_a, tile_row, bring_row_a, bring_a, stage + DEPTH);
    next_b = brought_b(start_b, tile_column, bring_row_b, bring_b, stage + DEPTH);
    //#else
    tile_a[place_a] = brought_a(start_a, tile_row, bring_row_a, bring_a, stage);
    tile_b[place_b] = brought_b(start_b, tile_column, bring_row_b, bring_b, stage);
    workgroupBarrier();
    //#end
    for (var step = 0u; step < DEPTH / 4; step++) {
      //#lines loads
      //#lines products
    }
    workgroupBarrier();
  }

  let row = tile_row + place.y * ROWS;
  let column = tile_column + 4 * place.x;
  if (row >= m) { return; }
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
      let first = column + v * 4 * ACROSS;
      activate_four(start + r * ldc + first, first, n);
    }
  }
  //#end
}
`;
