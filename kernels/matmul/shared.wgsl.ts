/**
 * WGSL of the matrix multiplication by tiles in workgroup memory.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const shared = wgsl`
// C = act(alpha·op(A)·op(B) + bias) on GPUs: workgroup memory and register tiles.
//
// Tile: a workgroup of ACROSS x DOWN invocations computes TILE_ROWS x TILE_COLUMNS of C. Invocation (x, y) owns ROWS rows from
// y·ROWS and, for v < VECTORS, the four columns from 4·(v·ACROSS + x), as a register tile (register_tile.ts). DEPTH k at a time
// pass through workgroup memory; every invocation loads one group of four of A and one of B.
//
// Layout: groups of four stay as they are stored, so that nothing is transposed on the way into workgroup memory:
//   tile_a  [row, k / 4], or [k, row / 4] if A is transposed
//   tile_b  [k, column / 4], or [column, k / 4] if B is transposed
// Packed operands have two f16 numbers per word; the tile stores them as float32 or f16, sums are float32.
// If the groups run along k, one unused group after each row keeps rows in different memory banks, and columns of B that neighboring
// invocations read at once, four apart, are stored in neighboring places (place_of_column).
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

// Place of a column of the tile: all first columns of the fours, then all second ones, and so on.
fn place_of_column(column: u32) -> u32 {
  return column % 4 * COLUMN_FOURS + column / 4;
}
//#else
const PITCH_B: u32 = TILE_COLUMNS / 4;
var<workgroup> tile_b: array</*group*/, DEPTH * PITCH_B>;
//#end

// Four neighbors of a stored matrix of this shape; zero outside.
fn group_of_a(row: u32, column: u32, rows: u32, columns: u32) -> /*group*/ {
  if (row >= rows || column >= columns) { return /*group*/(); }
  let index = row * parameters.lda + column;
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

fn group_of_b(row: u32, column: u32, rows: u32, columns: u32) -> /*group*/ {
  if (row >= rows || column >= columns) { return /*group*/(); }
  let index = row * parameters.ldb + column;
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

// The group that an invocation loads for the k from stage on; row and column within the tile as stored.
fn loaded_a(tile_row: u32, row: u32, column: u32, stage: u32) -> /*group*/ {
  //#if transpose_a
  return group_of_a(stage + row, tile_row + column, parameters.k, parameters.m);
  //#else
  return group_of_a(tile_row + row, stage + column, parameters.m, parameters.k);
  //#end
}

fn loaded_b(tile_column: u32, row: u32, column: u32, stage: u32) -> /*group*/ {
  //#if transpose_b
  return group_of_b(tile_column + row, stage + column, parameters.n, parameters.k);
  //#else
  return group_of_b(stage + row, tile_column + column, parameters.k, parameters.n);
  //#end
}

fn main(workgroup_index: u32, place: vec3u, local: u32) {
  let m = parameters.m;
  let n = parameters.n;
  let k = parameters.k;
  let tiles_across = (n + TILE_COLUMNS - 1) / TILE_COLUMNS;
  let tiles_down = (m + TILE_ROWS - 1) / TILE_ROWS;
  let tiles = tiles_across * tiles_down;
  //#if parts
  // A workgroup adds up one part of k, and all workgroups of a part come before those of the next.
  let part = workgroup_index / tiles;
  if (part >= parameters.parts) { return; }
  let first_k = part * parameters.part_length;
  let last_k = min(first_k + parameters.part_length, k);
  //#else
  if (workgroup_index >= tiles) { return; }
  let part = 0u;
  let first_k = 0u;
  let last_k = k;
  //#end
  let tile = workgroup_index % tiles;
  let tile_row = tile / tiles_across * TILE_ROWS;
  let tile_column = tile % tiles_across * TILE_COLUMNS;

  // The group that this invocation loads: its row in the tile as stored, and its first element in that row.
  //#if transpose_a
  let load_row_a = local / (TILE_ROWS / 4);
  let load_a = 4 * (local % (TILE_ROWS / 4));
  //#else
  let load_row_a = local / (DEPTH / 4);
  let load_a = 4 * (local % (DEPTH / 4));
  //#end
  //#if transpose_b
  let load_row_b = local / (DEPTH / 4);
  let load_b = 4 * (local % (DEPTH / 4));
  //#else
  let load_row_b = local / (TILE_COLUMNS / 4);
  let load_b = 4 * (local % (TILE_COLUMNS / 4));
  //#end

  let place_a = load_row_a * PITCH_A + load_a / 4;
  //#if transpose_b
  let place_b = place_of_column(load_row_b) * PITCH_B + load_b / 4;
  //#else
  let place_b = load_row_b * PITCH_B + load_b / 4;
  //#end

  //#lines sums
  //#if row_sums
  // In the first column of tiles, some invocations add up rows of A as well: four each if A is transposed, else one.
  //#if transpose_a
  let adds_rows = tile_column == 0 && local < TILE_ROWS / 4;
  var row_sum = vec4f();
  //#else
  let adds_rows = tile_column == 0 && local < TILE_ROWS;
  var row_sum = 0.0;
  //#end
  //#end
  //#if ahead
  var next_a = loaded_a(tile_row, load_row_a, load_a, first_k);
  var next_b = loaded_b(tile_column, load_row_b, load_b, first_k);
  //#end
  for (var stage = first_k; stage < last_k; stage += DEPTH) {
    //#if ahead
    tile_a[place_a] = next_a;
    tile_b[place_b] = next_b;
    workgroupBarrier();
    // Loaded now and needed after the products, which hide the latency. Zero beyond k.
    next_a = loaded_a(tile_row, load_row_a, load_a, stage + DEPTH);
    next_b = loaded_b(tile_column, load_row_b, load_b, stage + DEPTH);
    //#else
    tile_a[place_a] = loaded_a(tile_row, load_row_a, load_a, stage);
    tile_b[place_b] = loaded_b(tile_column, load_row_b, load_b, stage);
    workgroupBarrier();
    //#end
    //#if row_sums
    if (adds_rows) {
      //#lines row_additions
    }
    //#end
    for (var step = 0u; step < DEPTH / 4; step++) {
      //#lines loads
      //#lines products
    }
    workgroupBarrier();
  }

  //#if row_sums
  if (adds_rows) {
    //#if transpose_a
    add_row_sums(part * m + tile_row + 4 * local, part * m + m, row_sum);
    //#else
    if (tile_row + local < m) { add_row_sum(part * m + tile_row + local, row_sum); }
    //#end
  }
  //#end

  let row = tile_row + place.y * ROWS;
  let column = tile_column + 4 * place.x;
  if (row >= m) { return; }
  let rows = min(ROWS, m - row);
  //#if parts
  let ldc = n;
  //#else
  let ldc = parameters.ldc;
  //#end
  let alpha = product_scale();
  let start = (part * m + row) * ldc;
  //#lines firsts
  //#lines stores

  //#if !activation == none
  // The activation has its own loop, so that its code exists once and not ROWS times.
  for (var r = 0u; r < rows; r++) {
    for (var v = 0u; v < VECTORS; v++) {
      let first = column + v * 4 * ACROSS;
      activate_four(start + r * ldc + first, first, n);
    }
  }
  //#end
}
`;
