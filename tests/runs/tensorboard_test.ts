import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { PbfReader } from "pbf";
import {
  crc32c,
  EventFile,
  eventFiles,
  eventScalars,
  frameRecord,
  maskedCrc32c,
  type TimedEvent,
} from "../../src/runs/tensorboard.ts";

const ascii = (text: string) => new TextEncoder().encode(text);

/** The parts of an event that the tests read. */
interface SeenEvent {
  seconds: number;
  step: number;
  version?: string;
  sessionStart?: boolean;
  values: Record<string, number>;
}

/** Reads an event file as TensorBoard does and verifies every checksum. */
function readEventFile(bytes: Uint8Array): SeenEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const events: SeenEvent[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    assertEquals(view.getUint32(at + 8, true), maskedCrc32c(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    assertEquals(view.getUint32(at + 12 + length, true), maskedCrc32c(data));
    events.push(readEvent(data));
    at += 16 + length;
  }
  return events;
}

function readEvent(data: Uint8Array): SeenEvent {
  const event: SeenEvent = { seconds: 0, step: 0, values: {} };
  new PbfReader(data).readFields((tag, event, pbf) => {
    if (tag === 1) event.seconds = pbf.readDouble();
    else if (tag === 2) event.step = pbf.readVarint();
    else if (tag === 3) event.version = pbf.readString();
    else if (tag === 7) event.sessionStart = true;
    else if (tag === 5) {
      pbf.readMessage((tag, values, pbf) => {
        if (tag !== 1) return;
        const value = pbf.readMessage((tag, value, pbf) => {
          if (tag === 1) value.tag = pbf.readString();
          else if (tag === 2) value.scalar = pbf.readFloat();
        }, { tag: "", scalar: NaN });
        values[value.tag] = value.scalar;
      }, event.values);
    }
  }, event);
  return event;
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("crc32c() returns the check values of RFC 3720", () => {
  assertEquals(crc32c(ascii("123456789")), 0xe3069283);
  assertEquals(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assertEquals(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assertEquals(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
});

Deno.test("frameRecord() returns the bytes that TensorBoard's own writer produces", () => {
  // tensorboard 2.21.0, RecordWriter.write of an event with file_version "brain.Event:2" at second 0.
  const message = "0900000000000000001a0d627261696e2e4576656e743a32";
  assertEquals(
    frameRecord(Uint8Array.fromHex(message)).toHex(),
    `1800000000000000a37f4b22${message}eedf28a3`,
  );
});

Deno.test("an event file contains the past events, then the added ones", () =>
  inFolder(async (folder) => {
    const past: TimedEvent[] = [
      { seconds: 100, step: 10, scalars: { "train/loss": 2.5 } },
      { seconds: 200, step: 20, scalars: { "train/loss": 1.5, "eval/loss": 1.75 } },
    ];
    const file = await EventFile.start(folder, past);
    await file.add({ step: 30, scalars: { "train/loss": 0.5 } });
    file.close();
    const [name] = await eventFiles(folder);
    const events = readEventFile(await Deno.readFile(`${folder}/${name}`));
    assertEquals(events[0].version, "brain.Event:2");
    assert(events[1].sessionStart);
    assertEquals(events.slice(2).map(({ step, values }) => ({ step, values })), [
      { step: 10, values: { "train/loss": 2.5 } },
      { step: 20, values: { "train/loss": 1.5, "eval/loss": 1.75 } },
      { step: 30, values: { "train/loss": 0.5 } },
    ]);
    assertEquals(events[2].seconds, 100);
    assertAlmostEquals(events[4].seconds, Date.now() / 1000, 60);
  }));

Deno.test("a resumed run's event file replaces the old one and has no step twice", () =>
  inFolder(async (folder) => {
    const killed = await EventFile.start(folder, []);
    for (const step of [10, 20, 30]) await killed.add({ step, scalars: { "train/loss": step } });
    killed.close();
    const [old] = await eventFiles(folder);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const resumed = await EventFile.start(folder, [
      { seconds: 1, step: 10, scalars: { "train/loss": 10 } },
    ]);
    await resumed.add({ step: 20, scalars: { "train/loss": 21 } });
    resumed.close();
    const names = await eventFiles(folder);
    assertEquals(names.length, 1);
    assert(names[0] > old, "TensorBoard reads files in the order of their names");
    const events = readEventFile(await Deno.readFile(`${folder}/${names[0]}`));
    assertEquals(
      events.slice(2).map(({ step, values }) => [step, values["train/loss"]]),
      [[10, 10], [20, 21]],
    );
  }));

Deno.test("eventScalars() separates training from held-out values and skips fields that are not numbers", () => {
  assertEquals(
    eventScalars({ step: 7, time: 1e9, loss: 2, eval_loss_mlm: 3, note: "x", gradient_norm: null }),
    { step: 7, scalars: { "train/loss": 2, "eval/loss_mlm": 3 } },
  );
});
