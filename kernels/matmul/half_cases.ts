/**
 * Runs of the product of halves for the registry test.
 *
 * @module
 */
import { ACTIVATIONS } from "../activation/activation.ts";
import { combinations } from "../cases.ts";
import type { KernelCase, Structural, Uniforms } from "../kernel.ts";
import { halvesOf } from "../half/twin.ts";
import { storedA, storedB, type StoredMatrix } from "./layout.ts";

/** Random halves as `half.pack` leaves them: zeros after each row. */
function packed({ rows, columns, pitch }: StoredMatrix) {
  return (length: number, random: () => number): Uint32Array => {
    const words = new Uint32Array(length);
    const halves = halvesOf(words);
    for (let i = 0; i < rows * pitch; i++) {
      const value = 2 * random() - 1;
      if (i % pitch < columns) halves[i] = value;
    }
    return words;
  };
}

/** {@linkcode Kernel.cases} of the product of halves. */
export function halfCases(): readonly KernelCase[] {
  const cases: KernelCase[] = [];
  const add = (structural: Structural, m: number, n: number, k: number, ldc = n) => {
    const uniforms: Uniforms = {
      ...{ m, n, k, ldc, batch: 1, inner: 1, alpha: 0.5 },
      ...{ a_outer: 0, a_inner: 0, b_outer: 0, b_inner: 0, c_outer: 0, c_inner: 0 },
      lda: 4 * Math.ceil((structural.transpose_a ? m : k) / 4),
      ldb: 4 * Math.ceil((structural.transpose_b ? k : n) / 4),
    };
    cases.push({
      structural,
      uniforms,
      fill: {
        a: packed(storedA(uniforms, structural)),
        b: packed(storedB(uniforms, structural)),
        scale: () => [4096],
      },
    });
  };
  const plain = { bias: false, accumulate: false, activation: "none" };
  for (const turns of combinations({ transpose_a: [false, true], transpose_b: [false, true] })) {
    const sizes = [[1, 1, 1], [16, 32, 8], [37, 67, 35], [130, 132, 20], [5, 8, 0], [0, 4, 4]];
    for (const [m, n, k] of sizes) add({ ...turns, ...plain, unscale: true }, m, n, k);
    add({ ...turns, ...plain, unscale: true }, 66, 5, 12, 7);
  }
  const forward = { transpose_a: false, transpose_b: true, unscale: false, accumulate: false };
  for (const activation of ["none", ...ACTIVATIONS]) {
    add({ ...forward, bias: true, activation }, 70, 68, 12);
    add({ ...forward, bias: true, activation }, 5, 3, 7);
  }
  add({ ...forward, ...plain }, 66, 68, 12);
  const weights = { transpose_a: true, transpose_b: false, unscale: true };
  add({ ...weights, ...plain, accumulate: true }, 68, 72, 130);
  add({ ...weights, ...plain, accumulate: true }, 3, 5, 9);
  return cases;
}
