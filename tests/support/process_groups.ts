/** Process groups of several ranks within one process, for tests of collective operations. */
import { bytesOf, type ProcessGroup } from "../../src/distributed/mod.ts";

/** A rank's input to a collective call. */
interface Contribution {
  name: string;
  send: Uint8Array;
}

/** Exchanges the contributions to each collective call. The n-th calls of all ranks belong together. */
class Exchange {
  readonly #size: number;
  readonly #calls: { contributions: Contribution[]; done: PromiseWithResolvers<Contribution[]> }[] =
    [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Resolves with the contributions of all ranks, and rejects if ranks make different calls. */
  async call(rank: number, index: number, name: string, send: Uint8Array): Promise<Uint8Array[]> {
    this.#calls[index] ??= { contributions: [], done: Promise.withResolvers() };
    const { contributions, done } = this.#calls[index];
    contributions[rank] = { name, send: send.slice() };
    if (contributions.filter(Boolean).length === this.#size) done.resolve(contributions);
    const all = await done.promise;
    // Ranks continue at different times.
    await new Promise((resolve) => setTimeout(resolve, (7 * index + 3 * rank) % 4));
    if (all.some((other) => other.name !== name)) {
      throw new Error(`ranks made different calls: ${all.map((other) => other.name)}`);
    }
    return all.map((other) => other.send);
  }
}

/** Returns the process groups of `size` ranks, one per rank. */
export function processGroups(size: number): ProcessGroup[] {
  const exchange = new Exchange(size);
  return Array.from({ length: size }, (_, rank) => processGroup(exchange, rank, size));
}

function processGroup(exchange: Exchange, rank: number, size: number): ProcessGroup {
  let calls = 0;
  const meet = (name: string, send: Uint8Array) => exchange.call(rank, calls++, name, send);
  return {
    rank,
    size,
    localRank: rank,
    localSize: size,
    cores: 1,
    library: "a test",
    async broadcast(bytes, root = 0) {
      bytes.set((await meet(`broadcast ${root} ${bytes.length}`, bytes))[root]);
    },
    async allReduce(values) {
      const all = await meet(`allReduce ${values.length}`, bytesOf(values));
      values.fill(0);
      for (const bytes of all) {
        new Float32Array(bytes.buffer).forEach((value, i) => values[i] += value);
      }
    },
    async allGather(send, receive) {
      const all = await meet(`allGather ${send.length}`, send);
      all.forEach((bytes, from) => receive.set(bytes, from * send.length));
    },
    async allToAll(send, receive) {
      const length = send.length / size;
      const all = await meet(`allToAll ${send.length}`, send);
      all.forEach((bytes, from) =>
        receive.set(bytes.subarray(rank * length, (rank + 1) * length), from * length)
      );
    },
    async barrier() {
      await meet("barrier", new Uint8Array());
    },
    abort(code) {
      throw new Error(`aborted with ${code}`);
    },
    async close() {},
  };
}

/** Runs a function on every rank of a new group, and returns the results in rank order. */
export async function onRanks<T>(
  size: number,
  work: (group: ProcessGroup) => Promise<T>,
): Promise<T[]> {
  return await Promise.all(processGroups(size).map(work));
}
