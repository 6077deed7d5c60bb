/**
 * What is compared: matrix products, and who computes them.
 *
 * @module
 */

/** A matrix product that ALBERT needs, by the names of BLAS: C `[m, n]` = op(A)·op(B), `batch` of them. */
export interface Product {
  /** Begins the names of its ratios, as `matmul_1024`. */
  readonly name: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Computes a prepared product `times` times from the same operands and resolves when the results are there. */
export type Runner = (times: number) => Promise<void>;

/** A library on one device. */
export interface Peer {
  /** As in the names of ratios: `jax_js`. */
  readonly key: string;
  /** Name and version, for tables. */
  readonly label: string;
  /** Prepares operands; undefined where the library lacks the operation. */
  prepare(product: Product): Promise<Runner | undefined>;
  close(): Promise<void>;
}

/** Opens a peer; a sentence, returned or thrown, says why it is not there. */
export type OpenPeer = () => Promise<Peer | string>;

/** Sizes of A and B as stored. */
export function storedShapes(
  { m, n, k, transposeA, transposeB }: Product,
): { a: [number, number]; b: [number, number] } {
  return { a: transposeA ? [k, m] : [m, k], b: transposeB ? [n, k] : [k, n] };
}

/** Numbers from −1 to 1, the same every time. */
export function operand(length: number, seed: number): Float32Array<ArrayBuffer> {
  const numbers = new Float32Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    numbers[i] = state / 2 ** 31 - 1;
  }
  return numbers;
}

/** Multiply-adds counted as two. */
export function flops({ m, n, k, batch }: Product): number {
  return 2 * m * n * k * batch;
}

/**
 * Imports a package that is no dependency of the project: downloaded when the bench runs, never checked or locked.
 */
export async function importPackage(
  specifier: string,
  // deno-lint-ignore no-explicit-any -- other libraries' modules, of which a few functions are called
): Promise<any> {
  return await import(specifier);
}
