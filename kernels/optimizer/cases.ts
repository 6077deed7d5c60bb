/**
 * Test cases of kernels over blocks of flat parameters.
 *
 * @module
 */
import { cross } from "../cases.ts";
import type { KernelCase, Uniforms } from "../kernel.ts";
import type { RowShape } from "../row_variants.ts";

/** Largest number of elements of a block. */
export const BLOCK_LIMIT = 4096;

/** Lengths of the blocks of each tensor; a tensor starts at a multiple of 64. */
const TENSORS: readonly (readonly number[])[] = [
  [1],
  [4096, 4096, 130],
  [64],
  [37],
  [4096, 4],
];

/** A block is a row. */
export const blockShape = ({ block_count }: Uniforms): RowShape => ({
  rows: block_count,
  columns: BLOCK_LIMIT,
  multiples: [],
});

const TRIPLES: number[] = [];
let next = 0;
TENSORS.forEach((blocks, tensor) => {
  for (const length of blocks) {
    TRIPLES.push(next, length, 2 * tensor + tensor % 2);
    next += length;
  }
  next = Math.ceil(next / 64) * 64;
});
const ELEMENTS = next;
const BLOCKS = TRIPLES.length / 3;
const MANY = 65_540;

/** Cases with a few tensors, with none, and with more blocks than workgroups in one dimension; `flat` names the bindings with one element per parameter. */
export function blockCases(
  uniforms: Uniforms,
  flat: readonly string[],
  rest: Pick<KernelCase, "fill" | "lengths"> = {},
): KernelCase[] {
  const flatOf = (length: number): Record<string, number> =>
    Object.fromEntries(flat.map((name) => [name, length]));
  return [
    ...cross([{}], [{ ...uniforms, block_count: BLOCKS }, { ...uniforms, block_count: 0 }], {
      lengths: {
        ratios: TENSORS.length,
        ...rest.lengths,
        ...flatOf(ELEMENTS),
      },
      fill: {
        blocks: (length) => TRIPLES.slice(0, length),
        ...rest.fill,
      },
    }),
    ...cross([{}], [{ ...uniforms, block_count: MANY }], {
      lengths: { ratios: 2, ...rest.lengths, ...flatOf(4 * MANY) },
      fill: {
        blocks: () =>
          Array.from({ length: MANY }, (_, b) => [4 * b, 3, b % 2 === 0 ? 1 : 2]).flat(),
        ...rest.fill,
      },
    }),
  ];
}

/** Contents: squares of random numbers, like second moments. */
export function squares(length: number, random: () => number): number[] {
  return Array.from({ length }, () => random() ** 2);
}
