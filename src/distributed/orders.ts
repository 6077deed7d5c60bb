/**
 * Rank 0 decides what is done next, and the others do it with it. So nothing that only rank 0 knows (its files, its clock, its signals) can lead ranks apart.
 *
 * @module
 */
import { gatherTexts } from "./totals.ts";
import type { World } from "./world.ts";

/** The last order. */
const END = 255;

/** What a loop can be told to do, in a fixed order of their names. */
export class Orders<Name extends string> {
  readonly #world: World;
  readonly #names: readonly Name[];

  /** Every rank must give the same names. */
  constructor(world: World, names: readonly Name[]) {
    this.#world = world;
    this.#names = names;
  }

  /** Tells the other ranks what rank 0 does now. */
  async give(name: Name): Promise<void> {
    await this.#send(this.#names.indexOf(name));
  }

  /** Tells the other ranks that nothing follows. */
  async end(): Promise<void> {
    await this.#send(END);
  }

  /** On any other rank: does what rank 0 says until the end. */
  async obey(work: Readonly<Record<Name, () => Promise<unknown>>>): Promise<void> {
    const order = new Uint8Array(1);
    for (;;) {
      await this.#world.broadcast(order);
      if (order[0] === END) return;
      await work[this.#names[order[0]]]();
    }
  }

  async #send(number: number): Promise<void> {
    if (this.#world.size > 1) await this.#world.broadcast(Uint8Array.of(number));
  }
}

/** What rank 0 finds, for every rank; it must survive JSON. Collective. */
export async function fromLead<T>(world: World, find: () => Promise<T>): Promise<T> {
  if (world.rank > 0) return JSON.parse((await gatherTexts(world, ""))[0]);
  const found = await find();
  if (world.size > 1) await gatherTexts(world, JSON.stringify(found));
  return found;
}

/** Rank 0 does it before the others, who may find what it left on a disk. Collective. */
export async function leadFirst<T>(world: World, work: () => Promise<T>): Promise<T> {
  if (world.rank > 0) await world.barrier();
  const result = await work();
  if (world.rank === 0) await world.barrier();
  return result;
}
