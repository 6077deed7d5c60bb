/**
 * How work is divided: by index, into contiguous parts that differ by one at most.
 *
 * @module
 */
import type { World } from "./world.ts";

/** A range of indices. */
export interface Part {
  /** First index. */
  readonly start: number;
  /** One past the last. */
  readonly end: number;
}

/** This rank's part of the indices `0 … count − 1`. */
export function partOf({ rank, size }: Pick<World, "rank" | "size">, count: number): Part {
  return {
    start: Math.floor((count * rank) / size),
    end: Math.floor((count * (rank + 1)) / size),
  };
}
