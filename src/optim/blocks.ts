/**
 * Divides flat parameter memory for the optimizer's kernels into blocks, each within one tensor, and ranges of blocks that fit in one binding.
 *
 * @module
 */
import { allocateAll, type Device, type View, VIEW_ALIGNMENT, whole } from "../device/mod.ts";
import { isDecayed, type Parameters } from "../model/mod.ts";

/** Maximum number of elements per block, the work of one workgroup. */
const BLOCK = 4096;

/** A contiguous range of flat memory, processed by one dispatch. */
export interface FlatRange {
  /** Offset in the flat buffers, in elements. */
  readonly offset: number;
  /** Number of elements. */
  readonly length: number;
  /** `[start, length, owner]` of each block, u32; starts are relative to `offset`, the owner is 2 · tensor + 1 if the tensor decays, else 2 · tensor. */
  readonly blocks: View;
  /** Number of blocks. */
  readonly blockCount: number;
  /** Index of the first block among all blocks. */
  readonly firstBlock: number;
  /** Index of the shard (rank) that stores the moments of this range; 0 without sharding. */
  readonly shard: number;
}

/** Tables for the optimizer's kernels, on the device. */
export interface BlockTables {
  readonly ranges: readonly FlatRange[];
  /** Number of blocks in all ranges. */
  readonly blockCount: number;
  /** Number of tensors. */
  readonly tensors: number;
  /** Index of each tensor's first block, and the number of blocks, u32 `[tensors + 1]`. */
  readonly tensorBlocks: View;
  /** 1 for tensors with weight decay and trust ratio, else 0, u32 `[tensors]`. */
  readonly decays: View;
  /** The tensor of each block, in host memory. */
  readonly owners: Uint32Array;
  free(): void;
}

interface HostRange {
  offset: number;
  end: number;
  firstBlock: number;
  shard: number;
}

/**
 * Creates the tables for a model's parameters.
 *
 * @param shards number of parts of equal length that the ranges are divided into
 * @param frozen names of tensors that no block covers, so that they are not updated
 */
export function blockTables(
  device: Device,
  parameters: Parameters,
  shards: number,
  frozen: ReadonlySet<string>,
): BlockTables {
  const trained = parameters.list.filter(({ spec }) => !frozen.has(spec.name));
  const all = trained.reduce((sum, { view }) => sum + Math.ceil(view.length / BLOCK), 0);
  let done = 0;
  const most = Math.floor(device.limits.maxBindingBytes / 4 / BLOCK) * BLOCK;
  const triples: number[] = [];
  const tensorBlocks = [0];
  const ranges: HostRange[] = [];
  const endRange = (tensor: number): void => {
    // Views start at aligned offsets, so each range's part of an array of blocks needs an aligned length.
    while ((triples.length / 3) % VIEW_ALIGNMENT !== 0) triples.push(0, 0, 2 * tensor);
  };
  parameters.list.forEach(({ view, spec }, tensor) => {
    const length = frozen.has(spec.name) ? 0 : view.length;
    for (let start = 0; start < length; start += BLOCK) {
      const offset = view.offset + start;
      const length = Math.min(BLOCK, view.length - start);
      const shard = Math.floor(shards * done++ / all);
      let range = ranges.at(-1);
      if (
        range === undefined || shard !== range.shard || offset + BLOCK - range.offset > most
      ) {
        endRange(Math.max(tensor - 1, 0));
        range = { offset, end: offset, firstBlock: triples.length / 3, shard };
        ranges.push(range);
      }
      range.end = offset + length;
      triples.push(offset - range.offset, length, 2 * tensor + Number(isDecayed(spec)));
    }
    tensorBlocks.push(triples.length / 3);
  });
  const tensors = parameters.list.length;
  endRange(tensors - 1);
  const blockCount = triples.length / 3;
  tensorBlocks[tensors] = blockCount;

  const tables = [
    [triples, "optimizer blocks"],
    [tensorBlocks, "optimizer tensor blocks"],
    [parameters.list.map(({ spec }) => Number(isDecayed(spec))), "optimizer decays"],
  ] as const;
  const buffers = allocateAll(
    device,
    tables.map(([values, label]) => [values.length, "u32", label] as const),
  );
  tables.forEach(([values], i) => device.write(whole(buffers[i]), Uint32Array.from(values)));
  const [blocks, firstBlocks, decays] = buffers;
  return {
    ranges: ranges.map(({ offset, end, firstBlock, shard }, index) => {
      const count = (ranges[index + 1]?.firstBlock ?? blockCount) - firstBlock;
      return {
        offset,
        // Up to the aligned start of a next tensor: the gap contains zeros, and vec4 reads need an aligned length.
        length: Math.ceil((end - offset) / VIEW_ALIGNMENT) * VIEW_ALIGNMENT,
        firstBlock,
        shard,
        blockCount: count,
        blocks: { buffer: blocks, offset: 3 * firstBlock, length: 3 * count },
      };
    }),
    blockCount,
    tensors,
    tensorBlocks: whole(firstBlocks),
    decays: whole(decays),
    owners: Uint32Array.from({ length: blockCount }, (_, block) => triples[3 * block + 2] >> 1),
    free: () => buffers.forEach((buffer) => device.free(buffer)),
  };
}

/** Norms of one tensor after a step. */
export interface TensorNorms {
  /** Name of the parameter. */
  readonly name: string;
  /** L2 norm of the values after the step. */
  readonly parameterNorm: number;
  /** L2 norm of the gradient before clipping. */
  readonly gradientNorm: number;
  /** Factor that LAMB applies to the learning rate; 1 for excluded tensors, undefined for AdamW. */
  readonly trustRatio?: number;
}

/**
 * Computes the norm of each tensor from the sums of squares of its blocks.
 *
 * @param partial sum of squares of each block
 * @param owners tensor of each block
 * @param tensors number of tensors
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
