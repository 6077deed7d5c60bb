/**
 * The world of a run: one process, or many that compute together. The same few calls in both.
 *
 * @module
 */

/**
 * The processes of a run, seen from one of them. Collective calls (all but {@linkcode World.abort}) must be made by every rank, in the same order; they resolve
 * when this rank has its result, and several may be under way at once.
 */
export interface World {
  /** Which of the processes this is, from 0. Rank 0 leads: it alone writes and speaks. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** Which of the processes on this machine. */
  readonly localRank: number;
  /** How many are on this machine. */
  readonly localSize: number;
  /** Cores for this rank: those it may run on, shared with the ranks that may run on the same. */
  readonly cores: number;
  /** What carries the messages, as `Open MPI v4.1.4`; empty for one process. */
  readonly library: string;

  /** Overwrites the bytes with those of `root`. */
  broadcast(bytes: Uint8Array, root?: number): Promise<void>;

  /** Overwrites the values with their sums over all ranks. */
  allReduce(values: Float32Array): Promise<void>;

  /** Fills `receive` with the `send` of all ranks, in their order. */
  allGather(send: Uint8Array, receive: Uint8Array): Promise<void>;

  /** Cuts `send` into a piece for each rank, and fills `receive` with the pieces for this one, in the order of their senders. */
  allToAll(send: Uint8Array, receive: Uint8Array): Promise<void>;

  /** Waits until every rank has come here. */
  barrier(): Promise<void>;

  /** Ends every process of the run, for a fault of this one. */
  abort(code: number): never;

  /** Parts in peace; every rank must come. Nothing may follow. */
  close(): Promise<void>;
}
