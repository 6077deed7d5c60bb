import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { presetConfig } from "../../src/model/mod.ts";
import { type CheckpointSnapshot, writeCheckpoint } from "../../src/train/checkpoint_files.ts";
import { BROKEN_WORKERS, withBrokenWorkers, withoutWorkers } from "../support/broken_workers.ts";
import { CheckpointWriter } from "../../src/train/checkpoint_writer.ts";

/** A snapshot with its own memory, which the writer transfers. */
function snapshot(run: string, step: number, keep = 0): CheckpointSnapshot {
  const flat = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i * step));
  return {
    run,
    step,
    model: {
      config: presetConfig("smoke"),
      architecture: "AlbertForPreTraining",
      tensors: new Map([
        ["a", { shape: [10, 100], data: flat.subarray(0, 1000) }],
        ["b", { shape: [3000], data: flat.subarray(2000) }],
      ]),
      files: new Map<string, Uint8Array | string>([["spiece.model", new Uint8Array([1, 2])]]),
      card: "# A model\n",
    },
    moments: new Map([["first_moment.a", { shape: [1000], data: flat.slice(0, 1000) }]]),
    lines: {},
    keep,
  };
}

/** Every file below a folder and its bytes. */
async function contents(folder: string): Promise<Record<string, Uint8Array>> {
  const found: Record<string, Uint8Array> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) {
      for (const [below, bytes] of Object.entries(await contents(`${folder}/${name}`))) {
        found[`${name}/${below}`] = bytes;
      }
    } else found[name] = await Deno.readFile(`${folder}/${name}`);
  }
  return found;
}

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("checkpoints written in the background have the same bytes as those that are waited for", () =>
  withFolder(async (folder) => {
    const writer = new CheckpointWriter();
    for (const step of [1, 2, 3, 4]) {
      const { moments, ...rest } = snapshot(`${folder}/meanwhile`, step, 2);
      const data = moments.get("first_moment.a")!.data;
      await writer.save(() => Promise.resolve({ ...rest, moments }), step === 4);
      if (step === 1) {
        await writer.settled();
        assertEquals(data.length, 0, "the worker had the memory");
      }
      await writeCheckpoint(snapshot(`${folder}/waited`, step, 2));
    }
    await writer.close();
    const written = await contents(`${folder}/meanwhile`);
    assertEquals(written, await contents(`${folder}/waited`));
    assert("checkpoints/step-3/trainer.json" in written);
    assert(!("checkpoints/step-2/trainer.json" in written), "only two are kept");
  }));

Deno.test("an error in writing a checkpoint is thrown after the next step and at the next checkpoint", () =>
  withFolder(async (folder) => {
    const run = `${folder}/file`;
    await Deno.writeTextFile(run, "");
    const writer = new CheckpointWriter();
    await writer.save(() => Promise.resolve(snapshot(run, 1)), false);
    await assertRejects(() => writer.settled(), Error, run);
    assertThrows(() => writer.check(), Error, run);
    await assertRejects(() => writer.save(() => Promise.resolve(snapshot(run, 2)), false), Error);
    await writer.close();
    const last = new CheckpointWriter();
    await assertRejects(() => last.save(() => Promise.resolve(snapshot(run, 2)), true), Error, run);
    await last.close();
  }));

for (const { how, url } of BROKEN_WORKERS) {
  Deno.test(`if the checkpoint worker ${how}, this thread writes`, () =>
    withBrokenWorkers(url, () => withFolder((folder) => savesWithoutWorker(folder))));
}

Deno.test("without workers, checkpoints are written by the main thread", () =>
  withoutWorkers(() => withFolder((folder) => savesWithoutWorker(folder))));

async function savesWithoutWorker(folder: string): Promise<void> {
  const writer = new CheckpointWriter();
  for (const step of [1, 2]) {
    await writer.save(() => Promise.resolve(snapshot(`${folder}/run`, step)), false);
    await writer.settled();
    await writeCheckpoint(snapshot(`${folder}/expected`, step));
  }
  await writer.close();
  assertEquals(await contents(`${folder}/run`), await contents(`${folder}/expected`));
}
