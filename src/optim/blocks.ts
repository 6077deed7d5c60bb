/**
 * How flat parameter memory is divided for the optimizer's kernels: blocks that never cross a tensor, and ranges that fit one binding.
 *
 * @module
 */
import type { Device, DeviceBuffer, View } from "../device/mod.ts";
import { VIEW_ALIGNMENT, whole } from "../device/mod.ts";
import { isDecayed, type Parameters } from "../model/mod.ts";

/** Longest block, in elements: one workgroup's work. */
const BLOCK = 4096;

/** Consecutive flat memory that one dispatch covers. */
export interface FlatRange {
  /** Elements of the flat buffers. */
  readonly offset: number;
  readonly length: number;
  /** `[start, length, tensor]` of each block, starts counted from `offset`. */
  readonly blocks: View;
  readonly blockCount: number;
  /** Index of its first block among all. */
  readonly firstBlock: number;
  /** Which of the ranks keeps its moments; 0 for one process. */
  readonly shard: number;
}

/** The tables that the optimizer's kernels read, on the device. */
export interface BlockTables {
  readonly ranges: readonly FlatRange[];
  /** Blocks of all ranges together. */
  readonly blockCount: number;
  readonly tensors: number;
  /** First block of each tensor, and one past the last. */
  readonly tensorBlocks: View;
  /** 1 where weight decay and trust ratio apply. */
  readonly decays: View;
  /** The tensor of each block, on the host. */
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
 * Builds the tables of a model's parameters.
 *
 * @param shards into how many parts of equal length ranges are cut
 */
export function blockTables(device: Device, parameters: Parameters, shards = 1): BlockTables {
  const all = parameters.list.reduce((sum, { view }) => sum + Math.ceil(view.length / BLOCK), 0);
  let done = 0;
  const most = Math.floor(device.limits.maxBindingBytes / 4 / BLOCK) * BLOCK;
  const triples: number[] = [];
  const tensorBlocks = [0];
  const ranges: HostRange[] = [];
  const endRange = (tensor: number): void => {
    // Views start at aligned places, so a range's part of every block-wise array must have an aligned length.
    while ((triples.length / 3) % VIEW_ALIGNMENT !== 0) triples.push(0, 0, tensor);
  };
  parameters.list.forEach(({ view }, tensor) => {
    for (let start = 0; start < view.length; start += BLOCK) {
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
      triples.push(offset - range.offset, length, tensor);
    }
    tensorBlocks.push(triples.length / 3);
  });
  const tensors = parameters.list.length;
  endRange(tensors - 1);
  const blockCount = triples.length / 3;
  tensorBlocks[tensors] = blockCount;

  const upload = (values: Iterable<number>, label: string): DeviceBuffer => {
    const data = Uint32Array.from(values);
    const buffer = device.allocate(data.length, "u32", label);
    device.write(whole(buffer), data);
    return buffer;
  };
  const blocks = upload(triples, "optimizer blocks");
  const firstBlocks = upload(tensorBlocks, "optimizer tensor blocks");
  const decays = upload(
    parameters.list.map(({ spec }) => Number(isDecayed(spec))),
    "optimizer decays",
  );
  return {
    ranges: ranges.map(({ offset, end, firstBlock, shard }, index) => {
      const count = (ranges[index + 1]?.firstBlock ?? blockCount) - firstBlock;
      return {
        offset,
        // Up to where a next tensor would begin: the gap holds zeros, and an aligned length can be read by fours.
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
    owners: Uint32Array.from({ length: blockCount }, (_, block) => triples[3 * block + 2]),
    free: () => [blocks, firstBlocks, decays].forEach((buffer) => device.free(buffer)),
  };
}
