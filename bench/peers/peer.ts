/**
 * The matrix multiplications and the interface of the compared libraries.
 *
 * @module
 */

/** A matrix multiplication in the notation of BLAS: C `[m, n]` = op(A)·op(B). */
export interface Product {
  /** Prefix of the names of its ratios, such as `matmul_1024`. */
  readonly name: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Computes a prepared matmul `times` times with the same operands. Resolves when the results are complete. */
export type Runner = (times: number) => Promise<void>;

/** A library on one device. */
export interface Peer {
  /** Name in the names of ratios, such as `jax_js`. */
  readonly key: string;
  /** Name and version, for tables. */
  readonly label: string;
  /** Prepares the operands. Returns undefined if the library lacks the operation. */
  prepare(product: Product): Promise<Runner | undefined>;
  close(): Promise<void>;
}

/** Opens a peer. Returns or throws an error message if it is not available. */
export type OpenPeer = () => Promise<Peer | string>;

/** Shapes of A and B in memory. */
export function storedShapes(
  { m, n, k, transposeA, transposeB }: Product,
): { a: [number, number]; b: [number, number] } {
  return { a: transposeA ? [k, m] : [m, k], b: transposeB ? [n, k] : [k, n] };
}

/** Reproducible numbers from −1 to 1. */
export function operand(length: number, seed: number): Float32Array<ArrayBuffer> {
  const numbers = new Float32Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    numbers[i] = state / 2 ** 31 - 1;
  }
  return numbers;
}

/** Operations of a matmul. A multiply-add counts as two. */
export function flops({ m, n, k }: Product): number {
  return 2 * m * n * k;
}

/** Imports a package that is not a dependency of the project. It is downloaded when the benchmark runs. */
export async function importPackage(
  specifier: string,
  // deno-lint-ignore no-explicit-any -- few functions of these libraries are called
): Promise<any> {
  return await import(specifier);
}
