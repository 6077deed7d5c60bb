/**
 * Registry-test cases of the matrix multiplication with half-precision operands.
 *
 * @module
 */
import { MATMUL_ACTIVATIONS, parseMatmulActivation } from "../activation/activation.ts";
import { combinations } from "../cases.ts";
import { float16View } from "../half/reference.ts";
import { type KernelCase, pitchUnit, type Structural, type Uniforms } from "../kernel.ts";
import { matmulPartsCases } from "./cases.ts";
import { storedA, storedB, type StoredMatrix } from "./layout.ts";

/** A word of two f16 NaNs. */
const NANS = 0x7e007e00;

/** Random f16 numbers as `half.pack` writes them: zeros after each row up to a multiple of four, then NaNs that nothing may read. */
function packed({ rows, columns, pitch }: StoredMatrix) {
  return (length: number, random: () => number): Uint32Array => {
    const words = new Uint32Array(length).fill(NANS);
    const numbers = float16View(words);
    for (let row = 0; row < rows; row++) {
      const [first, end] = [row * pitch, row * pitch + columns];
      for (let i = first; i < end; i++) numbers[i] = 2 * random() - 1;
      numbers.fill(0, end, first + 4 * Math.ceil(columns / 4));
    }
    return words;
  };
}

/** The same case with one number that overflowed f16. */
function overflowing(some: KernelCase): KernelCase {
  const a = (length: number, random: () => number) => {
    const words = Uint32Array.from(some.fill!.a(length, random));
    float16View(words)[1] = -Infinity;
    return words;
  };
  return { ...some, fill: { ...some.fill, a } };
}

/** {@linkcode Kernel.cases} of `matmul.half_parts`. */
export function halfPartsCases(): readonly KernelCase[] {
  return matmulPartsCases().map(({ structural, uniforms }) => {
    const pitched = {
      ...uniforms,
      lda: 4 * Math.ceil(uniforms.lda / 4),
      ldb: 4 * Math.ceil(uniforms.ldb / 4),
    };
    return {
      structural,
      uniforms: pitched,
      fill: {
        a: packed(storedA(pitched, structural)),
        b: packed(storedB(pitched, structural)),
      },
    };
  });
}

/** {@linkcode Kernel.cases} of `matmul.half`. */
export function halfCases(): readonly KernelCase[] {
  const cases: KernelCase[] = [];
  const add = (
    structural: Structural,
    [m, n, k, ldc = n]: readonly number[],
    unit = pitchUnit("rgba16float"),
  ) => {
    const pitch = (columns: number) => unit * Math.ceil(columns / unit);
    const uniforms: Uniforms = {
      ...{ m, n, k, ldc, alpha: 0.5 },
      lda: pitch(structural.transpose_a ? m : k),
      ldb: pitch(structural.transpose_b ? k : n),
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
  const plain = { bias: false, accumulate: false, activation: "none", row_sums: false };
  for (
    const transposes of combinations({ transpose_a: [false, true], transpose_b: [false, true] })
  ) {
    const sizes = [
      [1, 1, 1],
      [16, 32, 8],
      [37, 67, 35],
      [130, 132, 20],
      [130, 132, 48],
      [5, 8, 0],
      [0, 4, 4],
    ];
    for (const size of sizes) {
      add({ ...transposes, ...plain, unscale: true }, size);
      add({ ...transposes, ...plain, unscale: true }, size, 4);
    }
    add({ ...transposes, ...plain, unscale: true }, [66, 5, 12, 7]);
  }
  const forward = { ...plain, transpose_a: false, transpose_b: true, unscale: false };
  for (const activation of MATMUL_ACTIVATIONS) {
    const { backward } = parseMatmulActivation(activation);
    const structural = backward
      ? { ...forward, transpose_b: false, unscale: true, activation }
      : { ...forward, bias: true, activation };
    add(structural, [70, 68, 16]);
    add(structural, [5, 3, 7]);
  }
  add(forward, [66, 68, 12]);
  cases.push(overflowing(cases[cases.length - 1]));
  const weights = { ...plain, accumulate: true, row_sums: true, unscale: true };
  for (const transpose_a of [false, true]) {
    add({ ...weights, transpose_a, transpose_b: false }, [68, 72, 130]);
    add({ ...weights, transpose_a, transpose_b: false }, [68, 72, 32]);
    add({ ...weights, transpose_a, transpose_b: false }, [3, 5, 9]);
  }
  return cases;
}
