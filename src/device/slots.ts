/**
 * Which memory each temporary of a recording gets: a linear scan over the whole recording, so that nobody frees a temporary by hand and
 * the same commands always get the same memory.
 *
 * @module
 */
import type { DeviceBuffer, View } from "./device.ts";

/** Memory for one or, one after another, several temporaries: the `ordinal`-th slot of a size class. */
export interface Slot {
  readonly bytes: number;
  readonly ordinal: number;
}

/** Where the temporaries of a recording live, and until when. */
export interface Slots {
  readonly slots: ReadonlyMap<DeviceBuffer, Slot>;
  /** Temporaries that no command after the one with this index touches. */
  readonly dying: ReadonlyMap<number, readonly DeviceBuffer[]>;
}

/** What the scan needs to know of a command. */
export type Touching =
  | { readonly type: "run"; readonly views: readonly View[] }
  | { readonly type: "write" | "read"; readonly view: View };

/** Rounds up to a size class, four to an octave, so that slots are shared between sizes that are nearly alike. */
export function sizeClass(bytes: number): number {
  const least = Math.max(bytes, 256);
  const step = 2 ** Math.max(Math.floor(Math.log2(least)) - 2, 6);
  return Math.ceil(least / step) * step;
}

/** What a persistent buffer of so many elements takes up: views and copies of four numbers may reach past its last one. */
export function persistentBytes(length: number): number {
  return Math.ceil(Math.max(length, 1) / 4) * 16;
}

/** From when to when a temporary must keep its memory, as indices of commands. */
interface Lifetime {
  readonly buffer: DeviceBuffer;
  /** Host writes are done before any run, so what the host writes lives from -1. */
  first: number;
  last: number;
}

/**
 * Linear scan: a temporary takes the slot of its size class that was given back last, and gives it back after the last command that touches
 * it.
 */
export function assignSlots(commands: readonly Touching[]): Slots {
  const born: Lifetime[][] = Array.from({ length: commands.length + 1 }, () => []);
  const dying = new Map<number, DeviceBuffer[]>();
  for (const lifetime of lifetimes(commands)) {
    born[lifetime.first + 1].push(lifetime);
    const others = dying.get(lifetime.last);
    if (others === undefined) dying.set(lifetime.last, [lifetime.buffer]);
    else others.push(lifetime.buffer);
  }
  const slots = new Map<DeviceBuffer, Slot>();
  const free = new Map<number, Slot[]>();
  const made = new Map<number, number>();
  for (let index = -1; index < commands.length; index++) {
    for (const { buffer } of born[index + 1]) {
      const bytes = sizeClass(buffer.length * 4);
      let slot = free.get(bytes)?.pop();
      if (slot === undefined) {
        const ordinal = made.get(bytes) ?? 0;
        made.set(bytes, ordinal + 1);
        slot = { bytes, ordinal };
      }
      slots.set(buffer, slot);
    }
    for (const buffer of dying.get(index) ?? []) {
      const slot = slots.get(buffer)!;
      const others = free.get(slot.bytes);
      if (others === undefined) free.set(slot.bytes, [slot]);
      else others.push(slot);
    }
  }
  return { slots, dying };
}

/** In the order of first mention, which is the same whenever the commands are. */
function lifetimes(commands: readonly Touching[]): Iterable<Lifetime> {
  const found = new Map<DeviceBuffer, Lifetime>();
  const touch = (buffer: DeviceBuffer, first: number, last: number) => {
    if (!buffer.temporary) return;
    const lifetime = found.get(buffer);
    if (lifetime === undefined) found.set(buffer, { buffer, first, last });
    else {
      lifetime.first = Math.min(lifetime.first, first);
      lifetime.last = last;
    }
  };
  commands.forEach((command, index) => {
    if (command.type === "run") {
      for (const { buffer } of command.views) touch(buffer, index, index);
    } else touch(command.view.buffer, command.type === "write" ? -1 : index, index);
  });
  return found.values();
}
