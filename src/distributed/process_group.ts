/**
 * The process group of a run: one process, or several that train together. Both offer the same collective operations.
 *
 * @module
 */

/**
 * The processes of a run, seen from one of them. Every rank must make all collective calls (all methods but {@linkcode ProcessGroup.abort}) in the same order. A call
 * resolves when this rank has its result; several may be pending at once.
 */
export interface ProcessGroup {
  /** Index of this process, from 0. Rank 0 alone writes files and logs. */
  readonly rank: number;
  /** Number of processes. */
  readonly size: number;
  /** Index of this process among those on the same machine. */
  readonly localRank: number;
  /** Number of processes on this machine. */
  readonly localSize: number;
  /** Number of CPU cores for this rank: those it is bound to, divided by the ranks bound to the same cores. */
  readonly cores: number;
  /** Name and version of the communication library, such as `Open MPI v4.1.4`; empty for a single process. */
  readonly library: string;

  /** Overwrites `bytes` with those of rank `root` (default 0). */
  broadcast(bytes: Uint8Array, root?: number): Promise<void>;

  /** Overwrites `values` with their elementwise sum over all ranks. */
  allReduce(values: Float32Array): Promise<void>;

  /** Fills `receive` (`size × send.length` bytes) with the `send` bytes of all ranks, in rank order. */
  allGather(send: Uint8Array, receive: Uint8Array): Promise<void>;

  /** Splits `send` into one equal piece per rank, and fills `receive` with the pieces sent to this rank, in rank order. */
  allToAll(send: Uint8Array, receive: Uint8Array): Promise<void>;

  /** Waits until every rank has reached the barrier. */
  barrier(): Promise<void>;

  /** Terminates every process of the group with an exit code, after an error on this rank. Not collective. */
  abort(code: number): never;

  /** Finalizes the process group. Collective; no calls are allowed afterwards. */
  close(): Promise<void>;
}

/** The group of a run in a single process, in Deno and in browsers. Collective operations copy or do nothing. */
export const SINGLE_PROCESS_GROUP: ProcessGroup = {
  rank: 0,
  size: 1,
  localRank: 0,
  localSize: 1,
  cores: navigator.hardwareConcurrency,
  library: "",
  broadcast: () => Promise.resolve(),
  allReduce: () => Promise.resolve(),
  allGather: copy,
  allToAll: copy,
  barrier: () => Promise.resolve(),
  abort(code: number): never {
    throw new Error(`Run aborted with exit code ${code}`);
  },
  close: () => Promise.resolve(),
};

function copy(send: Uint8Array, receive: Uint8Array): Promise<void> {
  receive.set(send);
  return Promise.resolve();
}

/** A range of indices. */
export interface IndexRange {
  /** First index. */
  readonly start: number;
  /** Index after the last. */
  readonly end: number;
}

/** Returns this rank's part of the indices `0 … count − 1`: contiguous, and of a length that differs by at most one between ranks. */
export function partOf(
  { rank, size }: Pick<ProcessGroup, "rank" | "size">,
  count: number,
): IndexRange {
  return {
    start: Math.floor((count * rank) / size),
    end: Math.floor((count * (rank + 1)) / size),
  };
}
