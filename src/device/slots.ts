/**
 * Assigns memory to the temporaries of a recording with a linear scan over all commands, so that temporaries need not be freed
 * explicitly and equal recordings use equal memory.
 *
 * @module
 */
import type { DeviceBuffer, Holder, View } from "./device.ts";

/** Memory for temporaries whose lifetimes do not overlap: slot number `ordinal` of a size class. */
export interface Slot {
  /** The size class. */
  readonly bytes: number;
  readonly ordinal: number;
}

/** The slots of a recording's temporaries. */
export interface Slots {
  /** Slot of every temporary that a command uses. */
  readonly slots: ReadonlyMap<DeviceBuffer, Slot>;
  /** By command index, the temporaries that are used by this command and by none after it. */
  readonly dying: ReadonlyMap<number, readonly DeviceBuffer[]>;
}

/** The part of a command that the scan needs. */
export type BufferUse =
  | { readonly type: "run"; readonly views: readonly View[] }
  | { readonly type: "write" | "read"; readonly view: View };

/** Rounds up to a size class (four per power of two), so that temporaries of similar sizes can share slots. */
export function sizeClass(bytes: number): number {
  const least = Math.max(bytes, 256);
  const step = 2 ** Math.max(Math.floor(Math.log2(least)) - 2, 6);
  return Math.ceil(least / step) * step;
}

/** Memory of an allocated buffer of `length` elements. It is padded, because bindings and copies of four elements may reach past its last one. */
export function persistentBytes(length: number): number {
  return Math.ceil(Math.max(length, 1) / 4) * 16;
}

/** The range of command indices in which a temporary needs its memory. */
interface Lifetime {
  readonly buffer: DeviceBuffer;
  /** −1 for a temporary that the host writes, because host writes may be executed before all runs. */
  first: number;
  last: number;
}

/**
 * Assigns a slot to every temporary that a command uses. A temporary gets the most recently released slot of its size class, and
 * releases it after the last command that uses it.
 */
export function assignSlots(commands: readonly BufferUse[]): Slots {
  const born = new Map<number, Lifetime[]>();
  const dying = new Map<number, DeviceBuffer[]>();
  for (const lifetime of lifetimes(commands)) {
    const together = born.get(lifetime.first);
    if (together === undefined) born.set(lifetime.first, [lifetime]);
    else together.push(lifetime);
    const others = dying.get(lifetime.last);
    if (others === undefined) dying.set(lifetime.last, [lifetime.buffer]);
    else others.push(lifetime.buffer);
  }
  const slots = new Map<DeviceBuffer, Slot>();
  const free = new Map<number, Slot[]>();
  const made = new Map<number, number>();
  for (let index = -1; index < commands.length; index++) {
    for (const { buffer } of born.get(index) ?? NONE) {
      const bytes = sizeClass(buffer.length * 4);
      let slot = free.get(bytes)?.pop();
      if (slot === undefined) {
        const ordinal = made.get(bytes) ?? 0;
        made.set(bytes, ordinal + 1);
        slot = { bytes, ordinal };
      }
      slots.set(buffer, slot);
    }
    for (const buffer of dying.get(index) ?? NONE) {
      const slot = slots.get(buffer)!;
      const others = free.get(slot.bytes);
      if (others === undefined) free.set(slot.bytes, [slot]);
      else others.push(slot);
    }
  }
  return { slots, dying };
}

const NONE: readonly never[] = [];

/** Lifetimes in order of first use, which depends on the commands alone. */
function lifetimes(commands: readonly BufferUse[]): readonly Lifetime[] {
  const found: Lifetime[] = [];
  // By id minus the least id: ids of a recording's temporaries are close together, and a map would cost several times as much.
  const least = leastId(commands);
  const byId: Lifetime[] = [];
  const touch = (buffer: DeviceBuffer, first: number, last: number) => {
    if (!buffer.temporary) return;
    const lifetime = byId[buffer.id - least];
    if (lifetime === undefined) found.push(byId[buffer.id - least] = { buffer, first, last });
    else {
      lifetime.first = Math.min(lifetime.first, first);
      lifetime.last = last;
    }
  };
  for (let index = 0; index < commands.length; index++) {
    const command = commands[index];
    if (command.type === "run") {
      for (const { buffer } of command.views) touch(buffer, index, index);
    } else touch(command.view.buffer, command.type === "write" ? -1 : index, index);
  }
  return found;
}

/** The least id of a temporary. */
function leastId(commands: readonly BufferUse[]): number {
  let least = Infinity;
  const note = ({ temporary, id }: DeviceBuffer) => {
    if (temporary && id < least) least = id;
  };
  for (const command of commands) {
    if (command.type === "run") { for (const { buffer } of command.views) note(buffer); }
    else note(command.view.buffer);
  }
  return least;
}

/** A recording that has ended. */
interface Ended extends Slots {
  readonly commands: readonly BufferUse[];
}

/** The temporaries that are alive at the command where their total size is largest, largest first. */
export function temporariesAtPeak(recording: Ended): Holder[] {
  let most = -1;
  let peak = -1;
  sweep(recording, (index, _alive, bytes) => {
    if (bytes <= most) return;
    most = bytes;
    peak = index;
  });
  let holders: Holder[] = [];
  sweep(recording, (index, alive) => {
    if (index !== peak) return;
    holders = [...alive].map((buffer) => ({
      label: buffer.label,
      bytes: recording.slots.get(buffer)!.bytes,
    }));
  });
  return holders.sort((a, b) => b.bytes - a.bytes);
}

/** Calls `visit` for each command with the temporaries that are alive while it runs, and their total size. */
function sweep(
  { commands, slots, dying }: Ended,
  visit: (index: number, alive: ReadonlySet<DeviceBuffer>, bytes: number) => void,
): void {
  const alive = new Set<DeviceBuffer>();
  let bytes = 0;
  const enter = (buffer: DeviceBuffer) => {
    if (!buffer.temporary || alive.has(buffer)) return;
    alive.add(buffer);
    bytes += slots.get(buffer)!.bytes;
  };
  // Temporaries that the host writes are alive from the start.
  for (const command of commands) if (command.type === "write") enter(command.view.buffer);
  commands.forEach((command, index) => {
    const views = command.type === "run" ? command.views : [command.view];
    for (const { buffer } of views) enter(buffer);
    visit(index, alive, bytes);
    for (const buffer of dying.get(index) ?? NONE) {
      alive.delete(buffer);
      bytes -= slots.get(buffer)!.bytes;
    }
  });
}
