/** Worlds of several ranks within one process, for tests of what ranks do together. */
import { bytesOf, type World } from "../../src/distributed/mod.ts";

/** What a rank brings to a collective call. */
interface Offer {
  name: string;
  send: Uint8Array;
}

/** Where the ranks meet: the n-th collective call of each is the same. */
class Meeting {
  readonly #size: number;
  readonly #calls: { offers: Offer[]; done: PromiseWithResolvers<Offer[]> }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Resolves with what all ranks brought to this call. */
  async attend(rank: number, call: number, name: string, send: Uint8Array): Promise<Uint8Array[]> {
    this.#calls[call] ??= { offers: [], done: Promise.withResolvers() };
    const { offers, done } = this.#calls[call];
    offers[rank] = { name, send: send.slice() };
    if (offers.filter(Boolean).length === this.#size) done.resolve(offers);
    const all = await done.promise;
    // Ranks never go on in the same moment.
    await new Promise((resolve) => setTimeout(resolve, (7 * call + 3 * rank) % 4));
    if (all.some((offer) => offer.name !== name)) {
      throw new Error(`ranks call ${all.map((offer) => offer.name)} at once`);
    }
    return all.map((offer) => offer.send);
  }
}

/** So many worlds that belong together. */
export function worldsOf(size: number): World[] {
  const meeting = new Meeting(size);
  return Array.from({ length: size }, (_, rank) => worldOf(meeting, rank, size));
}

function worldOf(meeting: Meeting, rank: number, size: number): World {
  let calls = 0;
  const meet = (name: string, send: Uint8Array) => meeting.attend(rank, calls++, name, send);
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

/** Does the same on every rank of a new world, and gives what each found. */
export async function onRanks<T>(size: number, work: (world: World) => Promise<T>): Promise<T[]> {
  return await Promise.all(worldsOf(size).map(work));
}
