import { assert, assertEquals } from "@std/assert";
import type { DeviceBuffer } from "../../src/device/device.ts";
import { whole } from "../../src/device/device.ts";
import {
  assignSlots,
  type BufferUse,
  sizeClass,
  temporariesAtPeak,
} from "../../src/device/slots.ts";

function temporary(id: number, length: number): DeviceBuffer {
  return { id, label: `t${id}`, type: "f32", length, temporary: true };
}

/** Commands that use buffers of random sizes in random order. */
function randomCommands(seed: number): BufferUse[] {
  let state = seed;
  const below = (bound: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * bound);
  };
  const buffers = Array.from({ length: 12 }, (_, id) => temporary(id, 1 + below(300)));
  return Array.from({ length: 40 }, (): BufferUse => {
    const view = () => whole(buffers[below(12)]);
    const kind = below(6);
    if (kind === 0) return { type: "write", view: view() };
    if (kind === 1) return { type: "read", view: view() };
    return { type: "run", views: [view(), view(), view()] };
  });
}

function buffersOf(command: BufferUse): DeviceBuffer[] {
  return (command.type === "run" ? command.views : [command.view]).map(({ buffer }) => buffer);
}

Deno.test("assignSlots() never assigns a slot to two temporaries whose lifetimes overlap", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const commands = randomCommands(seed);
    const { slots } = assignSlots(commands);
    const lives = new Map<DeviceBuffer, { first: number; last: number }>();
    commands.forEach((command, index) => {
      const first = command.type === "write" ? -1 : index;
      for (const buffer of buffersOf(command)) {
        const life = lives.get(buffer);
        if (life === undefined) lives.set(buffer, { first, last: index });
        else lives.set(buffer, { first: Math.min(life.first, first), last: index });
      }
    });
    for (const [a, lifeA] of lives) {
      assert(slots.get(a)!.bytes >= 4 * a.length);
      for (const [b, lifeB] of lives) {
        const [slotA, slotB] = [slots.get(a)!, slots.get(b)!];
        if (a === b || slotA.bytes !== slotB.bytes || slotA.ordinal !== slotB.ordinal) continue;
        assert(
          lifeA.last < lifeB.first || lifeB.last < lifeA.first,
          `seed ${seed}: ${a.label} and ${b.label}`,
        );
      }
    }
  }
});

Deno.test("assignSlots() assigns equal slots to equal commands, whatever the ids of their buffers", () => {
  const slotList = (commands: BufferUse[]) => {
    const { slots } = assignSlots(commands);
    return commands.flatMap(buffersOf).map((buffer) => slots.get(buffer));
  };
  const commands = randomCommands(7);
  const renamed = new Map<DeviceBuffer, DeviceBuffer>();
  const rename = (buffer: DeviceBuffer): DeviceBuffer => {
    const known = renamed.get(buffer);
    if (known !== undefined) return known;
    const made = temporary(1000 - buffer.id, buffer.length);
    renamed.set(buffer, made);
    return made;
  };
  const others = commands.map((command): BufferUse =>
    command.type === "run"
      ? { type: "run", views: command.views.map(({ buffer }) => whole(rename(buffer))) }
      : { type: command.type, view: whole(rename(command.view.buffer)) }
  );
  assertEquals(slotList(commands), slotList(others));
});

Deno.test("assignSlots() reports after which command a temporary is dead", () => {
  const [a, b] = [temporary(1, 10), temporary(2, 10)];
  const { slots, dying } = assignSlots([
    { type: "run", views: [whole(a)] },
    { type: "run", views: [whole(a)] },
    { type: "run", views: [whole(b)] },
  ]);
  assertEquals([...dying], [[1, [a]], [2, [b]]]);
  assertEquals(slots.get(a), slots.get(b));
});

Deno.test("sizeClass() wastes at most a quarter and keeps alignments", () => {
  for (let bytes = 1; bytes < 2 ** 31; bytes = Math.ceil(bytes * 1.1)) {
    const size = sizeClass(bytes);
    assert(size >= bytes && size % 64 === 0);
    assert(size <= Math.max(256, bytes * 1.25 + 64), `${bytes} → ${size}`);
  }
});

Deno.test("temporariesAtPeak() returns the temporaries of the command with the highest memory use", () => {
  const [a, b, c] = [temporary(1, 1000), temporary(2, 2000), temporary(3, 100)];
  const commands: BufferUse[] = [
    { type: "run", views: [whole(a)] },
    { type: "run", views: [whole(a), whole(b)] },
    { type: "run", views: [whole(b), whole(c)] },
  ];
  assertEquals(
    temporariesAtPeak({ commands, ...assignSlots(commands) }).map(({ label }) => label),
    ["t2", "t1"],
  );
});
