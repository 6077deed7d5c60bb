/**
 * Variants for GPUs: tiles in workgroup memory (see shared.wgsl.ts).
 *
 * @module
 */
import { grid, MOST_TURNS, type Structural, type Variant, type VariantContext } from "../kernel.ts";
import { fillingWorkgroups, type Vendor } from "../vendor.ts";
import { fillTemplate, range } from "../wgsl.ts";
import { rowsAlign, storedA, storedB, storedC } from "./layout.ts";
import { epilogueOf } from "./matmul.wgsl.ts";
import { RegisterTile } from "./register_tile.ts";
import { shared } from "./shared.wgsl.ts";

/** Number of k that pass through workgroup memory at a time. */
const DEPTH = 16;
/** Groups of four k in a stage. */
const STEPS = DEPTH / 4;
/** Rows of A that a step loads after B if B is transposed: found by compiling for RDNA3. */
const FIRST_ROWS = 5;

/** Choices that do not change the result. */
export interface SharedTile {
  readonly name: string;
  /** Invocations of a workgroup in the direction of columns. */
  readonly across: number;
  /** Invocations of a workgroup in the direction of rows. */
  readonly down: number;
  /** Rows of C per invocation: 4 or 8. */
  readonly rows: number;
  /** Groups of four columns of C per invocation. */
  readonly vectors: number;
  /** Whether operands and C are read and written in fours, which requires that every row is aligned to four elements. */
  readonly vector: boolean;
  /** Whether k must be a multiple of the depth, which saves a test in every stage. */
  readonly whole?: boolean;
  /** Operands in half precision, which workgroup memory stores as float32 (`packed`) or as f16 (`half tile`); float32 if absent. */
  readonly operands?: "packed" | "half tile";
  /** Whether it adds up parts of k, for `matmul.parts` and `matmul.half_parts`. */
  readonly parts?: boolean;
  /** Whether this tile is likely the fastest for a run. */
  prefers(context: VariantContext): boolean;
}

/** Vendors whose compilers keep 8 x 8 sums, and what their products need, in registers. */
const MANY_REGISTERS: ReadonlySet<Vendor> = new Set(["amd", "nvidia", "other"]);
/** Vendors whose compilers do so for 8 x 4 sums. Intel's spills registers; those of mobile GPUs have too few. */
const ENOUGH_REGISTERS: ReadonlySet<Vendor> = new Set([...MANY_REGISTERS, "apple"]);

/** 128 x 128 of C per workgroup, 8 x 8 per invocation, for results that fill the adapter with such workgroups. */
export const LARGE_TILE = {
  ...{ across: 16, down: 16, rows: 8, vectors: 2, vector: true, whole: true },
  prefers({ uniforms: { m, n }, capabilities }: VariantContext): boolean {
    const { cpuAdapter, vendor } = capabilities;
    return !cpuAdapter && MANY_REGISTERS.has(vendor) &&
      Math.ceil(m / 128) * Math.ceil(n / 128) >= fillingWorkgroups(capabilities);
  },
} as const;

/** 64 x 64 of C per workgroup, 8 x 4 per invocation. */
export const TALL_TILE = {
  ...{ across: 16, down: 8, rows: 8, vectors: 1, vector: true, whole: true },
  prefers: ({ capabilities: { cpuAdapter, vendor } }: VariantContext): boolean =>
    !cpuAdapter && ENOUGH_REGISTERS.has(vendor),
} as const;

/**
 * 64 x 32 of C per workgroup, 8 x 4 per invocation, for results with up to about four workgroups of {@linkcode TALL_TILE} per multiprocessor
 * of a large NVIDIA card. Smaller workgroups are divided more evenly among its 108 to 144 multiprocessors, but load more.
 */
export const NARROW_TILE = {
  ...TALL_TILE,
  across: 8,
  prefers({ uniforms: { m, n }, capabilities }: VariantContext): boolean {
    return !capabilities.cpuAdapter && capabilities.vendor === "nvidia" &&
      Math.ceil(m / 64) * Math.ceil(n / 64) <= 2 * fillingWorkgroups(capabilities);
  },
} as const;

/** 64 x 64 of C per workgroup, 4 x 4 per invocation. */
export const SMALL_TILE = {
  ...{ across: 16, down: 16, rows: 4, vectors: 1, vector: true },
  prefers: (_: VariantContext): boolean => true,
} as const;

/** Makes the variant of one tile. */
export function sharedVariant(tile: SharedTile): Variant {
  const tileRows = tile.down * tile.rows;
  const tileColumns = 4 * tile.across * tile.vectors;
  const invocations = tile.across * tile.down;
  const groupBytes = tile.operands === "half tile" ? 8 : 16;
  const memory = groupBytes * (DEPTH + 1) * (tileRows + tileColumns) / 4;

  return {
    name: tile.name,
    numerics: tile.parts ? "k_parts" : "k_sequential",
    tuning: {
      workgroup_columns: tile.across,
      workgroup_rows: tile.down,
      invocation_rows: tile.rows,
      invocation_vectors: tile.vectors,
    },
    prefers: tile.prefers,

    supports({ uniforms, structural, capabilities }: VariantContext): boolean {
      const { n, k, part_length = k, ldc = n } = uniforms;
      if (capabilities.maxWorkgroupStorageBytes < memory) return false;
      if (capabilities.maxInvocationsPerWorkgroup < invocations) return false;
      if (capabilities.cpuAdapter && Math.min(k, part_length) / DEPTH > MOST_TURNS) return false;
      if (tile.operands === "half tile" && !capabilities.shaderF16) return false;
      if (tile.whole && k % DEPTH !== 0) return false;
      if (!tile.vector) return true;
      // Rows of packed operands are padded to multiples of four.
      const operands = tile.operands === undefined
        ? [storedA(uniforms, structural), storedB(uniforms, structural)]
        : [];
      return [...operands, storedC({ ...uniforms, ldc })]
        .every((matrix) => matrix.columns % 4 === 0 && rowsAlign(matrix));
    },

    workgroups: ({ uniforms: { m, n, parts = 1 } }: VariantContext) =>
      grid(parts * Math.ceil(m / tileRows) * Math.ceil(n / tileColumns)),

    unit: "Value",
    elements: ELEMENTS[tile.operands ?? "float32"],
    workgroupSize: "ACROSS, DOWN",
    body: (structural: Structural) => bodyOf(tile, structural),
  };
}

/** WGSL types of the elements of A and B. */
const ELEMENTS: Readonly<Record<"float32" | "packed" | "half tile", Record<string, string>>> = {
  float32: {},
  packed: { a: "vec2<u32>", b: "vec2<u32>" },
  "half tile": { a: "vec4<f16>", b: "vec4<f16>" },
};

const indented = (line: string) => `  ${line}`;

/** The structural parameters of a matmul that adds up parts of k: it has no epilogue. */
const PARTS: Structural = { bias: false, accumulate: false, activation: "none", parts: true };

function bodyOf(tile: SharedTile, given: Structural): string {
  const { across, down, rows, vectors, vector, operands, whole = false } = tile;
  const structural: Structural = tile.parts ? { ...given, ...PARTS } : { parts: false, ...given };
  const half = operands === "half tile";
  const packed = operands !== undefined;
  const invocations = across * down;
  const sides = [
    { name: "a", lines: rows * down, alongK: !structural.transpose_a },
    { name: "b", lines: 4 * vectors * across, alongK: Boolean(structural.transpose_b) },
  ].map((side) => ({
    ...side,
    /** Stored rows from an invocation's group to its next one. */
    step: side.alongK ? invocations / STEPS : 4 * invocations / side.lines,
    /** Numbers of the groups that an invocation loads in a stage. */
    loads: range(side.lines * STEPS / invocations),
  }));
  type Side = typeof sides[number];
  const eachLoad = (text: (side: Side, g: number) => string) =>
    sides.flatMap((side) => side.loads.map((g) => text(side, g)));
  const load = ({ name, step }: Side, g: number) => {
    const index = g === 0 ? `index_${name}` : `index_${name} + ${g * step} * pitch_${name}`;
    return `let next_${name}_${g} = load_${name}(${index});`;
  };
  /** Stores a group of the stage from `stage` on. */
  const put = (stage: string) => ({ name, alongK, step }: Side, g: number) => {
    const next = `next_${name}_${g}`;
    const [slot, index] = alongK
      ? [`slot_${name} + ${g * step / 4}`, `index_in_slot_${name}`]
      : [`slot_${name}`, `index_in_slot_${name} + ${g * step}`];
    const k = `${stage} + ${alongK ? `column_${name}` : `line_${name} + ${g * step}`}`;
    const inside = `${alongK ? "from_k" : "at_k"}(${next}, ${k}, last_k)`;
    return `slots[${slot}][${index}] = stored(${whole ? next : inside});`;
  };

  /** Sums are float32 in every variant. */
  const toFloat32 = (group: string) => half ? `vec4f(${group})` : group;
  const registers = new RegisterTile(rows, vectors, structural);
  const { transpose_a, transpose_b } = structural;
  const slotOfA = (q: number) => `slots[place.y * (ROWS / 4) + ${q}]`;
  const slotOfB = (v: number) => `slots[SLOTS_A + ${v} * ACROSS + place.x]`;
  const step = (s: number): string[] => {
    const loadsOfA = range(rows).map((g) => {
      const [q, index] = transpose_a
        ? [g % (rows / 4), 4 * s + Math.floor(g / (rows / 4))]
        : [Math.floor(g / 4), g % 4 * STEPS + s];
      return `let a_${g} = ${toFloat32(`${slotOfA(q)}[${index}]`)};`;
    });
    // Loads arrive in their order, and a compiler waits before each first use. So what the first products need is loaded last, and one
    // wait is enough.
    const loadsOfB = registers.loadsOfB(
      (i, v) => toFloat32(`${slotOfB(v)}[${transpose_b ? i * STEPS + s : 4 * s + i}]`),
      transpose_b ? undefined : [3, 2, 1, 0],
    );
    const loads = transpose_b && !transpose_a
      ? [...loadsOfA.slice(FIRST_ROWS), ...loadsOfB, ...loadsOfA.slice(0, FIRST_ROWS).toReversed()]
      : [...loadsOfA, ...loadsOfB];
    const products = registers.productsByGroup((number, component) => `a_${number}${component}`);
    return ["{", ...[...loads, ...products].map(indented), "}"];
  };
  /**
   * Some sums take their zeros from the unused group of a slot, which WGSL guarantees to be zero. A compiler then has the addresses of the
   * slots before the loop and does not compute them again in every stage.
   */
  const zero = (r: number, v: number) => {
    if (r % 4 === 0 && v === 0) return toFloat32(`${slotOfA(r / 4)}[DEPTH]`);
    return r === 1 ? toFloat32(`${slotOfB(v)}[DEPTH]`) : "vec4f()";
  };
  const rowAdditions = range(DEPTH).map((i) =>
    transpose_a
      ? `row_sum += ${toFloat32(`slots[local][${i}]`)};`
      : `row_sum += f32(slots[local / 4][local % 4 * ${STEPS} + ${i >> 2}][${i % 4}]);`
  );
  const values = {
    ...{ across, down, rows, vectors, depth: DEPTH, group: half ? "vec4<f16>" : "vec4f" },
  };
  const settings = { ...structural, vector, packed, half, ragged: !vector && !packed };
  return epilogueOf(structural, vector) +
    fillTemplate(shared, settings, values, {
      sums: registers.sums(zero),
      first_stage: ["{", ...[...eachLoad(load), ...eachLoad(put("first_k"))].map(indented), "}"],
      loads: eachLoad(load),
      puts: eachLoad(put("stage + DEPTH")),
      steps: range(STEPS).flatMap(step),
      row_additions: rowAdditions,
      firsts: registers.vectors.map((v) => `let first_${v} = column + ${4 * v} * ACROSS;`),
      stores: registers.stores(vector),
    });
}
