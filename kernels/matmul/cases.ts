/**
 * Registry-test cases of the matrix multiplication: every structural combination, the inside and the edges of every tile.
 *
 * @module
 */
import { MATMUL_ACTIVATIONS, parseMatmulActivation } from "../activation/activation.ts";
import { combinations, cross } from "../cases.ts";
import type { KernelCase, Structural, Uniforms } from "../kernel.ts";

type Shape = { readonly m: number; readonly n: number; readonly k: number } & Uniforms;

/** 16,000 float32 additions in a row drift by about 6e-8·√16,000 = 8e-6, relative to the sum of the terms' sizes. */
const LONG_SUM = 2e-5;

/** Uniforms of a shape; leading dimensions are multiples of 64 unless given. */
function uniformsOf({ transpose_a, transpose_b }: Structural, shape: Shape): Uniforms {
  const { m, n, k } = shape;
  return {
    lda: padded(transpose_a ? m : k),
    ldb: padded(transpose_b ? k : n),
    ldc: padded(n),
    alpha: 1,
    ...shape,
  };
}

function padded(columns: number): number {
  return Math.max(Math.ceil(columns / 64), 1) * 64;
}

/** Shapes that run in all four transpositions. */
const SHAPES: readonly Shape[] = [
  { m: 1, n: 1, k: 1 },
  { m: 16, n: 32, k: 8 },
  { m: 33, n: 68, k: 36, alpha: 0.25 },
  { m: 37, n: 67, k: 35 },
  { m: 130, n: 132, k: 20 },
  { m: 132, n: 196, k: 48 },
  { m: 17, n: 12, k: 20, lda: 77, ldb: 81, ldc: 33 },
  { m: 0, n: 5, k: 3 },
  { m: 5, n: 0, k: 3 },
];

/** Whether the parameters can be combined: activations are not accumulated. */
function allowed({ accumulate, activation }: Structural): boolean {
  return !accumulate || activation === "none";
}

/** m, n, k, part_length. */
const DIVIDED = [
  [1, 1, 1, 32],
  [33, 68, 100, 32],
  [37, 67, 97, 64],
  [130, 132, 64, 32],
  [16, 8, 1000, 256],
  [0, 5, 40, 32],
];

/** {@linkcode Kernel.cases} of `matmul.parts`: whole and broken last parts, and a part without any k. */
export function matmulPartsCases(): readonly KernelCase[] {
  return combinations({
    transpose_a: [false, true],
    transpose_b: [false, true],
    row_sums: [false, true],
  }).flatMap((structural) =>
    [0, 1].flatMap((excess) =>
      DIVIDED.map(([m, n, k, part_length]) => {
        const parts = Math.ceil(k / part_length) + excess;
        const { lda, ldb } = uniformsOf(structural, { m, n, k });
        return { structural, uniforms: { m, n, k, lda, ldb, parts, part_length } };
      })
    )
  );
}

/** m, n, ldc, parts. */
const ADDED = [
  [1, 1, 1, 1],
  [5, 7, 9, 3],
  [9, 8, 12, 2],
  [66, 68, 68, 5],
  [0, 4, 4, 2],
  [3, 0, 4, 2],
];

/** {@linkcode Kernel.cases} of `matmul.add_parts`. */
export function addPartsCases(): readonly KernelCase[] {
  const structurals = combinations({
    bias: [false, true],
    accumulate: [false, true],
    activation: MATMUL_ACTIVATIONS,
    row_sums: [false, true],
    unscale: [false, true],
  }, (structural) => allowed(structural) && structural.row_sums === structural.unscale);
  const uniforms = ADDED.map(([m, n, ldc, parts]) => ({ m, n, ldc, parts, alpha: 0.5 }));
  return cross(structurals, uniforms, { fill: { scale: () => [4096] } });
}

/** {@linkcode Kernel.cases} of `matmul.matmul`. */
export function matmulCases(): readonly KernelCase[] {
  const transposes = combinations({ transpose_a: [false, true], transpose_b: [false, true] });
  const epilogues = combinations({
    bias: [false, true],
    accumulate: [false, true],
    activation: MATMUL_ACTIVATIONS,
    row_sums: [false],
  }, allowed);
  const plain = { bias: false, accumulate: false, activation: "none", row_sums: false };
  const gradients = { bias: false, accumulate: true, activation: "none", row_sums: true };
  const cases: KernelCase[] = [];
  const add = (structural: Structural, shape: Shape, tolerance?: number) =>
    cases.push({ structural, uniforms: uniformsOf(structural, shape), tolerance });

  for (const transpose of transposes) {
    for (const shape of SHAPES) {
      add({ ...transpose, ...plain }, shape);
      add({ ...transpose, ...gradients }, shape);
    }
    for (const epilogue of epilogues) {
      add({ ...transpose, ...epilogue }, { m: 5, n: 3, k: 7, lda: 9, ldb: 11, ldc: 6, alpha: 0.5 });
    }
  }

  // The epilogues of every tile. Each compiles a pipeline, so they are paired instead of crossed.
  const [normal, transposedB, transposedA] = transposes;
  const paired: Structural[] = [
    { bias: true, accumulate: true, activation: "none", row_sums: false },
    { bias: true, accumulate: false, activation: "gelu", row_sums: true },
    { bias: false, accumulate: false, activation: "gelu_new", row_sums: false },
    { bias: true, accumulate: false, activation: "relu", row_sums: false },
    { bias: false, accumulate: false, activation: "tanh", row_sums: false },
    { bias: false, accumulate: false, activation: "gelu_backward", row_sums: false },
    { bias: false, accumulate: false, activation: "gelu_new_backward", row_sums: true },
    { bias: true, accumulate: false, activation: "relu_backward", row_sums: false },
    { bias: false, accumulate: false, activation: "tanh_backward", row_sums: false },
  ];
  for (const epilogue of paired) {
    const { backward } = parseMatmulActivation(epilogue.activation);
    const structural = { ...(backward ? normal : transposedB), ...epilogue };
    add(structural, { m: 11, n: 20, k: 12 });
    add(structural, { m: 66, n: 68, k: 16 });
  }

  // Past the largest texture side: operands fold into column blocks.
  add({ ...normal, ...plain }, { m: 65_600, n: 4, k: 4, ldc: 4 });
  add({ ...transposedB, ...plain }, { m: 4, n: 16_400, k: 8 });
  add({ ...normal, ...plain }, { m: 4, n: 8, k: 16_400 }, LONG_SUM);
  add({ ...transposedA, ...plain }, { m: 4, n: 8, k: 16_404 }, LONG_SUM);

  // An empty sum is zero, followed by the epilogue.
  add({ ...normal, ...plain }, { m: 3, n: 5, k: 0 });
  add({ ...normal, ...plain, bias: true, activation: "relu" }, { m: 3, n: 5, k: 0 });
  add({ ...normal, ...gradients }, { m: 3, n: 5, k: 0 });
  return cases;
}
