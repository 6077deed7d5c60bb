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
// y·ROWS and, for v < VECTORS, the four columns from 4·(v·ACROSS + x), as a register tile (register_tile.ts). DEPTH k at a time, a
// stage, pass through workgroup memory. Each invocation loads some groups of four of the next stage before it multiplies.
//
// Layout: a slot of workgroup memory has DEPTH k of four rows of A or of four columns of B. Groups of four stay as they are stored, so
// that nothing is transposed: [row or column, k / 4] if four k are neighbors, else [k]. One unused group per slot keeps slots in
// different memory banks. It stays zero, and sums start from it. Within a slot, all indices of the products are constants, because
// compilers check the others.
// Packed operands have two f16 numbers per word. The tile stores them as float32, or as f16; in the second case, their buffers are
// declared as f16, so that nothing is converted before the products. Sums are float32.
// From the end of k on, both operands count as zero. Rows of A and columns of B outside the matrices are whatever is there: nothing
// of their results is stored. Sums are added in the order of k, product by product (class k_sequential).

const ACROSS: u32 = /*across*/;
const DOWN: u32 = /*down*/;
const ROWS: u32 = /*rows*/;
const VECTORS: u32 = /*vectors*/;
const DEPTH: u32 = /*depth*/;
const TILE_ROWS: u32 = ROWS * DOWN;
const TILE_COLUMNS: u32 = 4 * VECTORS * ACROSS;
// The slots of B follow those of A.
const SLOTS_A: u32 = TILE_ROWS / 4;
const SLOTS_B: u32 = TILE_COLUMNS / 4;

var<workgroup> slots: array<array</*group*/, DEPTH + 1>, SLOTS_A + SLOTS_B>;

// A group of four as it is loaded, and elements per index of an operand.
//#if packed
//#if half
alias Loaded = vec4<f16>;
//#else
alias Loaded = vec2<u32>;
//#end
const UNIT: u32 = 4;

fn load_a(index: u32) -> Loaded { return a[index]; }
fn load_b(index: u32) -> Loaded { return b[index]; }

fn stored(loaded: Loaded) -> /*group*/ {
  //#if half
  return loaded;
  //#else
  return vec4f(unpack2x16float(loaded.x), unpack2x16float(loaded.y));
  //#end
}
//#else
alias Loaded = vec4f;
//#if vector
const UNIT: u32 = 4;

fn load_a(index: u32) -> Loaded { return a[index]; }
fn load_b(index: u32) -> Loaded { return b[index]; }
//#else
const UNIT: u32 = 1;

fn load_a(index: u32) -> Loaded { return vec4f(a[index], a[index + 1], a[index + 2], a[index + 3]); }
fn load_b(index: u32) -> Loaded { return vec4f(b[index], b[index + 1], b[index + 2], b[index + 3]); }
//#end

fn stored(loaded: Loaded) -> /*group*/ { return loaded; }
//#end

// A group at one k; zero from the end of k on.
fn at_k(loaded: Loaded, k: u32, end: u32) -> Loaded {
  return select(Loaded(), loaded, k < end);
}

// A group of four k; zero from the end of k on. Rows of packed operands are padded with zeros.
fn from_k(loaded: Loaded, k: u32, end: u32) -> Loaded {
  //#if ragged
  return select(Loaded(), loaded, k + vec4u(0, 1, 2, 3) < vec4u(end));
  //#else
  return select(Loaded(), loaded, k < end);
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

  // The first group that this invocation loads: its slot and index in it, and its row and column in the tile as stored.
  //#if transpose_a
  let slot_a = local % SLOTS_A;
  let line_a = local / SLOTS_A;
  let index_in_slot_a = line_a;
  let column_a = 4 * slot_a;
  //#else
  let slot_a = local / DEPTH;
  let index_in_slot_a = local % DEPTH;
  let line_a = local / (DEPTH / 4);
  let column_a = 4 * (local % (DEPTH / 4));
  //#end
  //#if transpose_b
  let slot_b = SLOTS_A + local / DEPTH;
  let index_in_slot_b = local % DEPTH;
  let line_b = local / (DEPTH / 4);
  let column_b = 4 * (local % (DEPTH / 4));
  //#else
  let slot_b = SLOTS_A + local % SLOTS_B;
  let line_b = local / SLOTS_B;
  let index_in_slot_b = line_b;
  let column_b = 4 * (local % SLOTS_B);
  //#end
  let pitch_a = parameters.lda / UNIT;
  let pitch_b = parameters.ldb / UNIT;
  //#if transpose_a
  var index_a = (first_k + line_a) * pitch_a + tile_row / UNIT + column_a / UNIT;
  let stage_a = DEPTH * pitch_a;
  //#else
  var index_a = (tile_row + line_a) * pitch_a + first_k / UNIT + column_a / UNIT;
  let stage_a = DEPTH / UNIT;
  //#end
  //#if transpose_b
  var index_b = (tile_column + line_b) * pitch_b + first_k / UNIT + column_b / UNIT;
  let stage_b = DEPTH / UNIT;
  //#else
  var index_b = (first_k + line_b) * pitch_b + tile_column / UNIT + column_b / UNIT;
  let stage_b = DEPTH * pitch_b;
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

  //#lines first_stage
  workgroupBarrier();
  for (var stage = first_k; stage < last_k; stage += DEPTH) {
    // Loads of the next stage, whose latency the products hide. After the last stage, their contents are not used.
    index_a += stage_a;
    index_b += stage_b;
    //#lines loads
    //#if row_sums
    if (adds_rows) {
      //#lines row_additions
    }
    //#end
    //#lines steps
    workgroupBarrier();
    //#lines puts
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
