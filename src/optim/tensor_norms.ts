/**
 * Norms of every tensor, for people who watch a run.
 *
 * @module
 */

/** What an optimizer knows of one tensor after a step. */
export interface TensorNorms {
  /** The parameter's name. */
  readonly name: string;
  /** L2 norm of its values, after the step. */
  readonly parameterNorm: number;
  /** L2 norm of its gradient, before clipping. */
  readonly gradientNorm: number;
  /** LAMB's factor of the learning rate; 1 where it does not apply, absent for AdamW. */
  readonly trustRatio?: number;
}

/**
 * Adds the square sums of blocks up by the tensor that each belongs to.
 *
 * @param partial a sum for each block
 * @param owners the tensor of each block
 * @returns a norm for each tensor
 */
export function normsOfBlocks(
  partial: ArrayLike<number>,
  owners: Uint32Array,
  tensors: number,
): Float64Array {
  const squares = new Float64Array(tensors);
  owners.forEach((tensor, block) => squares[tensor] += partial[block]);
  return squares.map(Math.sqrt);
}
