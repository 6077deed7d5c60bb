/**
 * Who holds the memory when a recording needs most of it.
 *
 * @module
 */
import type { DeviceBuffer, Holder } from "./device.ts";
import type { Command } from "./recording.ts";
import type { Slots } from "./slots.ts";

interface Ended extends Slots {
  readonly commands: readonly Command<unknown>[];
}

/** The temporaries alive at the command where they are largest together, largest first. */
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

/** Calls `visit` for each command with what is alive while it runs. */
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
  // What the host writes is alive from the start.
  for (const command of commands) if (command.type === "write") enter(command.view.buffer);
  commands.forEach((command, index) => {
    const views = command.type === "run" ? command.views : [command.view];
    for (const { buffer } of views) enter(buffer);
    visit(index, alive, bytes);
    for (const buffer of dying.get(index) ?? []) {
      alive.delete(buffer);
      bytes -= slots.get(buffer)!.bytes;
    }
  });
}
